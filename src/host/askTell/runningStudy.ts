import { type Submitter, submitter } from '../../../streams/engine/submit.ts';
import { inTurn } from '../../../streams/engine/timeout.ts';
import type { AuthoredLog } from '../../../streams/log/log.ts';
import { HostedStudy, type HostOptions } from '../../../streams/study/hosted/hostedStudy.ts';
import { brokenProgramError, type NoResultError } from '../../../streams/study/noResult.ts';
import type { Changed, Params } from '../../facts/facts.ts';
import type { Alike } from '../../insight/failingAlike.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { Settings } from '../../ledger/settings.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Space } from '../../space/space.ts';
import { applied } from '../../stores/process.ts';
import { RefusedError, type Submitted } from '../../study/commands.ts';
import type { Intent } from '../../study/intents.ts';
import type { SubmitOrigin } from '../../study/source.ts';
import { brokenProgram } from '../brokenProgram.ts';
import { type HostedAt, type Hosting, host, type Plugin } from '../host.ts';
import { SessionError } from './session.ts';

/** Limits that the program of a study sets. */
export interface NewLimits {
  /** How many trials the study has in all. */
  readonly trials?: number | undefined;
  /** How many are open at once. */
  readonly parallel?: number | undefined;
  /** Whether the program starts. A limit that it sent at an earlier start then does not undo a later change. */
  readonly start?: boolean | undefined;
}

/** A study in this process, which runs again if it has ended and a command makes room for more trials. */
export class RunningStudy {
  readonly space: Space<Params>;
  readonly #options: HostOptions<Params>;
  readonly #log: AuthoredLog;
  readonly #hosting: Hosting;
  /** What runs an ended study again, one after another: two engines would decide for one log. */
  readonly #turn = inTurn();
  /** Position of the last entry before this process started it. */
  #past: number | undefined;
  /** The same before its program started last. Until it says that it starts, a caller may let any trial fail. */
  #start = Number.POSITIVE_INFINITY;
  /** The trials that have failed because the program is broken. */
  #alike: Alike | undefined;
  /** Warnings for the user that have not been returned yet. */
  readonly #warnings: string[] = [];
  #hosted!: HostedStudy<Params>;
  /** How many trials may be open in addition to `parallel`. */
  #joined = 0;
  #append!: Submitter['append'];

  /** Call `run` before anything else. */
  constructor(at: HostedAt, space: Space<Params>, log: AuthoredLog, options: HostOptions<Params>, plugins: readonly Plugin[]) {
    this.space = space;
    this.#log = log;
    this.#options = options;
    const stop = (alike: Alike) => {
      this.#alike = alike;
      return this.submit({ type: 'change', uncounted: alike.trials });
    };
    this.#hosting = host(at, [...plugins, brokenProgram({ stop, since: () => this.#start }), this.#warned]);
  }

  /** The study as it runs now. */
  get hosted(): HostedStudy<Params> {
    return this.#hosted;
  }
  /** How many configurations have ended, of those that count. */
  get ended(): number {
    const { configurations, running } = this.#hosted.ledger;
    return configurations - running;
  }
  get settings(): Settings {
    return this.#hosted.ledger.settings;
  }

  /** The next warning for the user. */
  warning(): string | undefined {
    return this.#warnings.shift();
  }

  /** Why it gives out no trial, until its program starts again. */
  get broken(): NoResultError | undefined {
    if (this.#alike === undefined) return undefined;
    const failures = this.#alike.trials.flatMap((trial) => this.#hosted.answers.rows.get(trial) ?? []);
    return brokenProgramError(
      this.#alike,
      failures.map(({ trial, reason = 'error', message = '', trace }) => omitUndefined({ trial, reason, message, trace })),
    );
  }

  /** Resolves when the log has been read. @throws what keeps the study from running */
  async run(): Promise<void> {
    this.#past ??= await this.#log.head();
    const past = this.#past;
    const { append, apply, end } = submitter(this.#log);
    const { ports, attach } = this.#hosting;
    const onEntry = (entry: AppliedEntry<Params>) => {
      apply(entry);
      ports.onEntry(entry);
    };
    const hosted = new HostedStudy(this.space, this.#log, { exclusive: true, ...this.#options, ...ports, stay: false, onEntry });
    attach({
      past,
      get ledger() {
        return hosted.ledger;
      },
      rows: hosted.answers.rows,
      submit: (intent) => this.submit(intent),
    });
    this.#hosted = hosted;
    this.#append = append;
    hosted.entries$.subscribe({ error: end, complete: () => end(new SessionError('the study is over')) });
    await hosted.ready();
    await this.#admit();
  }

  /** Submits a command, also to a study that has ended. */
  submit(intent: Intent, origin?: SubmitOrigin): Promise<Submitted> {
    return this.#turn(async () => {
      try {
        if (!this.#isClosed) return await this.#hosted.submit(intent, origin);
      } catch (error) {
        if (!this.#isClosed || (error instanceof RefusedError && error.code !== 'ended' && error.code !== 'closed')) throw error; // otherwise it ended before it read the command
      }
      const ended = applied(this.#log);
      try {
        return await ended.submit(intent, origin);
      } finally {
        ended.end();
        await this.run();
      }
    });
  }

  /** Sets limits. Resolves when the next ask gets a decision that they allow. */
  limit(limits: NewLimits): Promise<void> {
    return this.#turn(async () => {
      await this.#hosted.ready(); // a failed study applies nothing more
      if (limits.start) {
        this.#start = this.#hosted.ledger.position;
        this.#alike = undefined;
      }
      const changed = changedBy(this.settings, limits);
      if (!changed) return;
      if (!this.#isClosed) {
        try {
          await this.#append(changed); // the next ask must not get an earlier decision
          return;
        } catch (error) {
          if (!this.#isClosed || error instanceof RefusedError) throw error; // otherwise it ended before it read the change
        }
      } else await this.#log.append(changed);
      await this.run(); // it has ended because it was full; now there is room again
    });
  }

  /** Another process has joined, or left. @param more how many more trials may be open */
  join(more: number): Promise<void> {
    return this.#turn(async () => {
      this.#joined += more;
      await this.#admit();
    });
  }

  /** A change would open a study that has ended again: it is told when it runs again. */
  async #admit(): Promise<void> {
    if (!this.#isClosed && this.settings.joined !== this.#joined) await this.#append({ type: 'changed', joined: this.#joined });
  }

  /** Ends it once it has applied the commands so far. */
  close(): Promise<void> {
    return this.#turn(async () => {
      await this.#hosting.close();
      await this.#hosted.close();
    });
  }

  get #isClosed(): boolean {
    return this.#hosted.ledger.closed !== undefined;
  }

  readonly #warned: Plugin = ({ past }) => {
    const trainers = watchTrainers(past);
    return {
      apply: (entry) => {
        if (entry.event?.type === 'ended' && entry.event.outcome !== 'failed') this.#alike = undefined;
        const warning = trainers(entry);
        if (warning !== undefined) this.#warnings.push(warning);
      },
    };
  };
}

/** Whether a study has a limit. */
export function isLimited({ limits: { trials, seconds, cost, target, plateau } }: Settings): boolean {
  return [trials, seconds, cost, target, plateau].some((limit) => limit !== undefined);
}

/** The fact that sets these limits; undefined if they are set already. */
function changedBy({ said, limits, parallel: slots }: Settings, { trials, parallel, start }: NewLimits): Changed | undefined {
  const [trialsBefore, parallelBefore] = start ? [said.trials, said.parallel] : [limits.trials, slots];
  const newTrials = trials === trialsBefore ? undefined : trials;
  const newParallel = parallel === parallelBefore ? undefined : parallel;
  if (newTrials === undefined && newParallel === undefined) return undefined;
  return omitUndefined({
    type: 'changed',
    limits: newTrials === undefined ? undefined : { trials: newTrials },
    parallel: newParallel,
    by: start ? 'start' : undefined,
  });
}
