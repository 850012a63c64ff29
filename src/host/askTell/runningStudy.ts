import { inTurn } from '../../../streams/engine/timeout.ts';
import type { AuthoredLog } from '../../../streams/log/log.ts';
import { HostedStudy, type HostOptions } from '../../../streams/study/hosted/hostedStudy.ts';
import { brokenProgramError, type NoResultError } from '../../../streams/study/noResult.ts';
import type { Changed, Params } from '../../facts/facts.ts';
import type { Alike } from '../../insight/failingAlike.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { Settings } from '../../ledger/settings.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Space } from '../../space/space.ts';
import type { Submitted } from '../../study/commands.ts';
import type { Intent } from '../../study/intents.ts';
import type { SubmitOrigin } from '../../study/source.ts';
import { brokenProgram } from '../brokenProgram.ts';
import { type HostedAt, type Hosting, host, type Plugin } from '../host.ts';

/** Limits that the program of a study sets. */
export interface NewLimits {
  /** How many trials the study has in all. */
  readonly trials?: number | undefined;
  /** How many are open at once. */
  readonly parallel?: number | undefined;
  /** Whether the program starts. A limit that it sent at an earlier start then does not undo a later change. */
  readonly start?: boolean | undefined;
}

/** A study in this process for its own program and for those that join. It stays when it has closed: a command may make room for more trials. */
export class RunningStudy {
  readonly space: Space<Params>;
  readonly hosted: HostedStudy<Params>;
  readonly #hosting: Hosting;
  /** Position of the last entry before its program started last. Until it says that it starts, a caller may let any trial fail. */
  #start = Number.POSITIVE_INFINITY;
  /** The trials that have failed because the program is broken. */
  #alike: Alike | undefined;
  /** Warnings for the user that have not been returned yet. */
  readonly #warnings: string[] = [];
  /** How many trials may be open in addition to `parallel`. */
  #joined = 0;
  /** One change after another, since each depends on the settings. */
  readonly #turn = inTurn();

  /** @param past position of the last entry before this process started it */
  constructor(
    at: HostedAt,
    past: number,
    space: Space<Params>,
    log: AuthoredLog,
    options: HostOptions<Params>,
    plugins: readonly Plugin[],
  ) {
    this.space = space;
    const stop = (alike: Alike) => {
      this.#alike = alike;
      return this.submit({ type: 'change', uncounted: alike.trials });
    };
    this.#hosting = host(at, [...plugins, brokenProgram({ stop, since: () => this.#start }), this.#warned, this.#admitting]);
    this.hosted = new HostedStudy(space, log, { exclusive: true, ...options, ...this.#hosting.ports });
    this.#hosting.attach(this.hosted, past);
  }

  /** How many configurations have ended, of those that count. */
  get ended(): number {
    const { configurations, running } = this.hosted.ledger;
    return configurations - running;
  }
  get settings(): Settings {
    return this.hosted.ledger.settings;
  }

  /** The next warning for the user. */
  warning(): string | undefined {
    return this.#warnings.shift();
  }

  /** Why it gives out no trial, until its program starts again. */
  get broken(): NoResultError | undefined {
    if (this.#alike === undefined) return undefined;
    const failures = this.#alike.trials.flatMap((trial) => this.hosted.rows.get(trial) ?? []);
    return brokenProgramError(
      this.#alike,
      failures.map(({ trial, reason = 'error', message = '', trace }) => omitUndefined({ trial, reason, message, trace })),
    );
  }

  /** Resolves when the log has been read. @throws what keeps the study from running */
  async ready(): Promise<void> {
    await this.hosted.ready();
    await this.#admit();
  }

  submit(intent: Intent, origin?: SubmitOrigin): Promise<Submitted> {
    return this.hosted.submit(intent, origin);
  }

  /** Sets limits. Resolves when the next ask gets a decision that they allow. */
  limit(limits: NewLimits): Promise<void> {
    return this.#turn(async () => {
      await this.hosted.ready(); // a failed study applies nothing more
      if (limits.start) {
        this.#start = this.hosted.ledger.position;
        this.#alike = undefined;
      }
      const changed = changedBy(this.settings, limits);
      if (changed) await this.hosted.answers.append(changed);
    });
  }

  /** Another process has joined, or left. @param more how many more trials may be open */
  join(more: number): Promise<void> {
    this.#joined += more;
    return this.#admit();
  }

  /** A change would open a study that has ended again: it is told when it is opened. */
  #admit(): Promise<void> {
    return this.#turn(async () => {
      const { closed, settings } = this.hosted.ledger;
      if (closed === undefined && settings.joined !== this.#joined)
        await this.hosted.answers.append({ type: 'changed', joined: this.#joined });
    });
  }

  readonly #admitting: Plugin = ({ past }) => ({
    apply: ({ fact, refusal, position }) => {
      if (!refusal && fact.type === 'changed' && position > past()) void this.#admit().catch(() => {}); // it has ended
    },
  });

  /** Ends it once it has applied the commands so far. */
  close(): Promise<void> {
    return this.#turn(async () => {
      await this.#hosting.close();
      await this.hosted.close();
    });
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
