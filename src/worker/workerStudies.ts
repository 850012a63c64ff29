import { callAfter } from '../../streams/engine/timeout.ts';
import type { Trainer } from '../../streams/study/training/work.ts';
import type { Instruction } from '../facts/facts.ts';
import type { Monitor } from '../host/serving/monitor.ts';
import type { WorkerPhase } from '../monitoring/metrics.ts';
import type { WorkerMetrics } from '../monitoring/workerMetrics.ts';
import { isPattern, matching } from '../stores/namePattern.ts';
import type { StatusLine } from '../text/statusLine.ts';
import { about } from '../text/statusLine.ts';
import type { Assignment } from './assignments.ts';
import type { Attended } from './followStudies.ts';
import type { SharedSlots } from './sharedSlots.ts';
import type { Programs } from './startTrial.ts';
import type { WorkerPlace } from './workerPlaces.ts';
import { type Serves, type Work, workOn } from './workOn.ts';

interface WorkerOptions extends Pick<Work, 'name' | 'commands' | 'keep' | 'saveEvery' | 'offers' | 'tracing'> {
  readonly place: WorkerPlace;
  readonly assignments: readonly Assignment[];
  /** Whose studies they are, if the worker serves several teams. */
  readonly team?: string | undefined;
  /** Whether it serves one study, and no other. */
  readonly isAlone: boolean;
  readonly slots: SharedSlots;
  /** The directory of a study's trials. */
  readonly directoryOf: (study: string) => string;
  /** Seconds without a trial after which it ends. */
  readonly idle: number | undefined;
  readonly screen: StatusLine;
  readonly monitor: Monitor | undefined;
  readonly meter: WorkerMetrics | undefined;
}

/** The studies that a worker serves, and the programs that it runs for their trials. */
export class WorkerStudies {
  readonly #options: WorkerOptions;
  readonly #ending = new AbortController();
  readonly #trainers = new Set<Trainer>();
  /** The runs, with their studies and programs. */
  readonly #running = new Map<string, { readonly study: string; readonly programs: Programs }>();
  /** Why studies are not served. */
  readonly #failures = new Map<string, string>();
  #stopIdle: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** How many trials run. */
  get running(): number {
    return this.#running.size;
  }
  /** Whether it takes trials of any study. */
  get hasBegun(): boolean {
    return this.#trainers.size > 0;
  }
  /** Whether a study that is named in full is not served because of an error. A pattern may find studies that are for other workers. */
  get hasFailed(): boolean {
    return this.#options.assignments.some(({ studies }) => this.#failures.has(studies));
  }

  /** Works until all studies have closed, or until `end`. @throws what keeps it from serving its only study */
  async work(): Promise<void> {
    const { assignments } = this.#options;
    const named = assignments.filter(({ studies }) => !isPattern(studies));
    const patterns = assignments.filter(({ studies }) => isPattern(studies));
    this.#restartIdle();
    const work = named.map((assignment) => this.#attend(assignment.studies, assignment));
    await Promise.all([...work, ...(patterns.length > 0 ? [this.#follow(patterns, new Set(named.map(({ studies }) => studies)))] : [])]);
  }

  /** Takes no more trials, and hands the running ones back. */
  end(): void {
    this.#ending.abort();
    for (const trainer of this.#trainers) void trainer.close();
  }

  /** Kills the programs that still run. */
  kill(): void {
    for (const { programs } of this.#running.values()) programs.kill();
  }

  close(): void {
    this.#stopIdle?.();
  }

  /** Works on the studies that match patterns. The first matching pattern decides. @param named studies with an assignment of their own */
  async #follow(patterns: readonly Assignment[], named: ReadonlySet<string>): Promise<void> {
    const { place, screen } = this.#options;
    const rules = patterns.map((assignment) => ({ assignment, fits: matching(assignment.studies) }));
    const ruleOf = (study: string) => (named.has(study) ? undefined : rules.find(({ fits }) => fits(study)));
    await place.follow!(
      (study) => ruleOf(study) !== undefined,
      (study) => this.#attendFollowed(study, ruleOf(study)!.assignment),
      (message) => screen.line(message, { level: 'warn' }),
      this.#ending.signal,
    );
  }

  #attendFollowed(study: string, assignment: Assignment): Attended {
    let trainer: Trainer | undefined;
    let hasLeft = false;
    const hasClosed = this.#attend(study, assignment, (begun) => {
      this.#screenOf(study).line('this worker takes its trials');
      trainer = begun;
    });
    const leave = () => {
      if (trainer === undefined || [...this.#running.values()].some((one) => one.study === study)) return;
      hasLeft = true;
      void trainer.close();
    };
    const how = (closed: boolean) => (closed ? 'closed' : hasLeft || this.#failures.has(study) ? 'again' : 'over');
    return { ended: hasClosed.then(how), leave };
  }

  /** Works on a study until it has closed. If several are served, the failure of one does not end the others. @returns whether it has closed */
  async #attend(study: string, assignment: Assignment, begun: (trainer: Trainer) => void = () => {}): Promise<boolean> {
    try {
      return await this.#workOn(study, assignment, begun);
    } catch (error) {
      if (this.#options.isAlone) throw error;
      const { message } = error as Error;
      if (this.#failures.get(study) !== message) this.#screenOf(study).line(`this worker does not serve it: ${message}`, { level: 'warn' });
      this.#failures.set(study, message);
      return false;
    }
  }

  async #workOn(study: string, { weight, words, ...settings }: Assignment, begun: (trainer: Trainer) => void): Promise<boolean> {
    const { place, directoryOf, slots, monitor, meter, ...own } = this.#options;
    const name = this.#nameOf(study);
    let hasClosed = false;
    monitor?.metrics.attended.set(name, 'waiting');
    const trainer = await workOn({
      ...own,
      ...settings,
      study,
      at: place.studyAt(study),
      words,
      directory: directoryOf(name),
      screen: this.#screenOf(study),
      gateFor: (needs) => slots.join(weight, needs),
      slotOf: slots.slotOf,
      signal: this.#ending.signal,
      serves: this.#servesAs(settings),
      instructed: (to) => monitor?.metrics.attended.set(name, phaseAfter[to]),
      closed: () => {
        hasClosed = true;
      },
      began: (run, programs) => {
        this.#running.set(run, { study, programs });
        meter?.begin();
        this.#restartIdle();
      },
      ended: (run, { type }) => {
        this.#running.delete(run);
        meter?.end(name, type);
        this.#restartIdle();
      },
    });
    if (!trainer) return false;
    monitor?.metrics.attended.set(name, 'working');
    this.#trainers.add(trainer);
    this.#failures.delete(study);
    begun(trainer);
    await (this.#ending.signal.aborted ? trainer.close() : trainer.done);
    this.#trainers.delete(trainer);
    monitor?.metrics.attended.delete(name);
    return hasClosed;
  }

  /** Counts the seconds without a trial from here on. */
  #restartIdle(): void {
    const { idle, assignments, screen } = this.#options;
    this.#stopIdle?.();
    if (idle === undefined || this.#running.size > 0) return;
    this.#stopIdle = callAfter(idle, () => {
      screen.line(`${assignments.map(({ studies }) => studies).join(', ')}: no trial for ${idle} s, so this worker ends`);
      this.end();
    });
  }

  #servesAs({ studies }: Pick<Assignment, 'studies'>): Serves {
    const { isAlone, assignments } = this.#options;
    if (isAlone) return 'only';
    if (isPattern(studies)) return 'found';
    return assignments.some((other) => isPattern(other.studies)) ? 'next to a pattern' : 'named';
  }

  /** The name of a study in this process, which may serve studies of the same name for several teams. */
  #nameOf(study: string): string {
    const { team } = this.#options;
    return team === undefined ? study : `${team}.${study}`;
  }

  /** The lines about a study, which name it if there are others. */
  #screenOf(study: string): StatusLine {
    const { isAlone, screen } = this.#options;
    const name = this.#nameOf(study);
    const own = about(screen, { study: name });
    if (isAlone) return own;
    const isNamed = (text: string) => [study, name].find((one) => text.startsWith(`${one}: `));
    return { ...own, line: (text, fields) => own.line(`${name}: ${text.slice((isNamed(text)?.length ?? -2) + 2)}`, fields) };
  }
}

/** The phase of a worker that follows an instruction. */
const phaseAfter = { work: 'working', pause: 'paused', drain: 'drained' } as const satisfies Readonly<Record<Instruction, WorkerPhase>>;
