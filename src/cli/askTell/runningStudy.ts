import { Subject } from 'rxjs';
import { type Submitter, submitter } from '../../../streams/engine/submit.ts';
import { inTurn } from '../../../streams/engine/timeout.ts';
import type { AuthoredLog } from '../../../streams/log/log.ts';
import { best } from '../../../streams/results/observe.ts';
import { pareto } from '../../../streams/results/pareto.ts';
import { type CreateStudyOptions, openStudy } from '../../../streams/study/createStudy.ts';
import type { CommandableStudy } from '../../../streams/study/study.ts';
import type { Created, Fact, Params } from '../../facts/facts.ts';
import { applied } from '../../host/process.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { changedBy, type Settings, settingsOf } from '../../ledger/settings.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Space } from '../../space/space.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { RefusedError, type Submitted } from '../../study/commands.ts';
import type { Intent } from '../../study/intents.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
import { SessionError } from './session.ts';

/** Limits that the program of a study sets. */
export interface NewLimits {
  /** How many trials the study has in all. */
  readonly trials?: number | undefined;
  /** Failed trials that no longer count, because the program was broken. */
  readonly uncounted?: readonly TrialId[] | undefined;
  /** How many are open at once. */
  readonly parallel?: number | undefined;
  /** Whether the program starts. A limit that it sent at an earlier start then does not undo a later change. */
  readonly start?: boolean | undefined;
}

/** A study in this process, which runs again if it has ended and a command makes room for more trials. */
export class RunningStudy {
  readonly #space: Space<Params>;
  readonly #options: CreateStudyOptions<Params>;
  readonly #log: AuthoredLog;
  /** What runs an ended study again, one after another: two engines would decide for one log. */
  readonly #turn = inTurn();
  /** Position of the last entry before this process started it. */
  #past: number | undefined;
  readonly #trainers = watchTrainers(() => this.#past!);
  /** Warnings for the user that have not been returned yet. */
  readonly #warnings: string[] = [];
  #study!: CommandableStudy<Params>;
  #state!: SessionState;
  #append!: Submitter['append'];

  /** Call `run` before anything else. */
  constructor(space: Space<Params>, log: AuthoredLog, options: CreateStudyOptions<Params>) {
    this.#space = space;
    this.#log = log;
    this.#options = options;
  }

  get study(): CommandableStudy<Params> {
    return this.#study;
  }
  get state(): SessionState {
    return this.#state;
  }

  /** The next warning for the user. */
  warning(): string | undefined {
    return this.#warnings.shift();
  }

  /** Resolves when the log has been read. @throws what keeps the study from running */
  async run(): Promise<void> {
    this.#past ??= await this.#log.head();
    const state = new SessionState();
    const { append, apply, end } = submitter(this.#log);
    const onEntry = (entry: AppliedEntry<Params>) => {
      state.apply(entry);
      apply(entry);
      const warning = this.#trainers(entry);
      if (warning !== undefined) this.#warnings.push(warning);
    };
    this.#study = openStudy(this.#space, { ...this.#options, log: this.#log, onEntry });
    this.#state = state;
    this.#append = append;
    this.#study.best$.subscribe({ error: end, complete: () => end(new SessionError('the study is over')) });
    await this.#study.ready();
  }

  /** Submits a command, also to a study that has ended. */
  submit(intent: Intent): Promise<Submitted> {
    return this.#turn(async () => {
      if (!this.#state.closed) return this.#study.submit(intent);
      const ended = applied(this.#log);
      try {
        return await ended.submit(intent);
      } finally {
        ended.end();
        await this.run();
      }
    });
  }

  /** Sets limits. Resolves when the next ask gets a decision that they allow. */
  limit(limits: NewLimits): Promise<void> {
    return this.#turn(async () => {
      await this.#study.ready(); // a failed study applies nothing more
      const changed = this.#state.changedBy(limits);
      if (!changed) return;
      if (!this.#state.closed) {
        try {
          await this.#append(changed); // the next ask must not get an earlier decision
          return;
        } catch (error) {
          if (!this.#state.closed || error instanceof RefusedError) throw error; // otherwise it ended before it read the change
        }
      } else await this.#log.append(changed);
      await this.run(); // it has ended because it was full; now there is room again
    });
  }
}

/** The state of a study, computed from its entries. */
class SessionState {
  readonly rows = new TrialRows();
  readonly #entries$ = new Subject<AppliedEntry<Params>>();
  created: Created | undefined;
  best: TrialRow | undefined;
  /** The trials that no other trial dominates. */
  front: readonly TrialRow[] = [];
  closed = false;
  /** The current settings. */
  settings: Settings | undefined;

  constructor() {
    this.#entries$.pipe(pareto()).subscribe(({ rows }) => {
      this.front = rows;
    });
    this.#entries$.pipe(best()).subscribe((row) => {
      this.best = row;
    });
  }

  apply(entry: AppliedEntry<Params>): void {
    const row = this.rows.apply(entry);
    if (row?.status === 'retracted' && row.trial === this.best?.trial) this.best = undefined; // until another one is given
    if (!entry.refusal) this.#take(entry.fact);
    this.#entries$.next(entry);
  }

  /** Whether the study has a limit. */
  get isLimited(): boolean {
    const { trials, seconds, cost, target, plateau } = this.settings?.limits ?? {};
    return [trials, seconds, cost, target, plateau].some((limit) => limit !== undefined);
  }

  /** The fact that sets these limits; undefined if they are set already. */
  changedBy({ trials, uncounted, parallel, start }: NewLimits): Fact | undefined {
    const { said, limits, parallel: slots } = this.settings!;
    const [trialsBefore, parallelBefore] = start ? [said.trials, said.parallel] : [limits.trials, slots];
    const newTrials = trials === trialsBefore ? undefined : trials;
    const newParallel = parallel === parallelBefore ? undefined : parallel;
    if (newTrials === undefined && newParallel === undefined && uncounted === undefined) return undefined;
    return omitUndefined({
      type: 'changed',
      limits: newTrials === undefined ? undefined : { trials: newTrials },
      uncounted,
      parallel: newParallel,
      by: start ? 'start' : undefined,
    });
  }

  #take(fact: Fact): void {
    if (fact.type === 'closed') this.closed = true;
    if (fact.type === 'created') {
      this.created = fact;
      this.settings = settingsOf(fact);
    }
    if (fact.type !== 'changed' || !this.settings) return;
    this.closed = false;
    this.settings = changedBy(this.settings, fact);
  }
}
