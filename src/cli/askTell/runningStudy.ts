import { Subject } from 'rxjs';
import { type Submitter, submitter } from '../../../streams/engine/submit.ts';
import { inTurn } from '../../../streams/engine/timeout.ts';
import type { AuthoredLog } from '../../../streams/log/log.ts';
import { best } from '../../../streams/results/observe.ts';
import { pareto } from '../../../streams/results/pareto.ts';
import { type CommandableStudy, type CreateStudyOptions, commandableStudy } from '../../../streams/study/createStudy.ts';
import { brokenProgramError, type NoResultError } from '../../../streams/study/noResult.ts';
import type { Changed, Params } from '../../facts/facts.ts';
import { brokenProgram } from '../../host/brokenProgram.ts';
import { type HostedAt, type Hosting, host, type Plugin } from '../../host/host.ts';
import { applied } from '../../host/process.ts';
import type { Alike } from '../../insight/failingAlike.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { Settings } from '../../ledger/settings.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Space } from '../../space/space.ts';
import { RefusedError, type Submitted } from '../../study/commands.ts';
import type { Intent } from '../../study/intents.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
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
  readonly #space: Space<Params>;
  readonly #options: CreateStudyOptions;
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
  #study!: CommandableStudy<Params>;
  #results!: Results;
  #append!: Submitter['append'];

  /** Call `run` before anything else. */
  constructor(at: HostedAt, space: Space<Params>, log: AuthoredLog, options: CreateStudyOptions, plugins: readonly Plugin[]) {
    this.#space = space;
    this.#log = log;
    this.#options = options;
    const stop = (alike: Alike) => {
      this.#alike = alike;
      return this.submit({ type: 'change', uncounted: alike.trials });
    };
    this.#hosting = host(at, [...plugins, brokenProgram({ stop, since: () => this.#start }), this.#warned]);
  }

  get study(): CommandableStudy<Params> {
    return this.#study;
  }
  get results(): Results {
    return this.#results;
  }
  get settings(): Settings {
    return this.#study.ledger.settings;
  }

  /** The next warning for the user. */
  warning(): string | undefined {
    return this.#warnings.shift();
  }

  /** Why it gives out no trial, until its program starts again. */
  get broken(): NoResultError | undefined {
    if (this.#alike === undefined) return undefined;
    const failures = this.#alike.trials.flatMap((trial) => this.#results.rows.get(trial) ?? []);
    return brokenProgramError(
      this.#alike,
      failures.map(({ trial, reason = 'error', message = '', trace }) => omitUndefined({ trial, reason, message, trace })),
    );
  }

  /** Resolves when the log has been read. @throws what keeps the study from running */
  async run(): Promise<void> {
    this.#past ??= await this.#log.head();
    const past = this.#past;
    const results = new Results();
    const { append, apply, end } = submitter(this.#log);
    const { ports, attach } = this.#hosting;
    const onEntry = (entry: AppliedEntry<Params>) => {
      results.apply(entry);
      apply(entry);
      ports.onEntry(entry);
    };
    const study = commandableStudy(this.#space, { ...this.#options, ...ports, log: this.#log, onEntry });
    attach({
      past,
      get ledger() {
        return study.ledger;
      },
      rows: results.rows,
      submit: (intent) => this.submit(intent),
    });
    this.#study = study;
    this.#results = results;
    this.#append = append;
    study.best$.subscribe({ error: end, complete: () => end(new SessionError('the study is over')) });
    await study.ready();
  }

  /** Submits a command, also to a study that has ended. */
  submit(intent: Intent): Promise<Submitted> {
    return this.#turn(async () => {
      try {
        if (!this.#isClosed) return await this.#study.submit(intent);
      } catch (error) {
        if (!this.#isClosed || (error instanceof RefusedError && error.code !== 'ended')) throw error; // otherwise it ended before it read the command
      }
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
      if (limits.start) {
        this.#start = this.#study.ledger.position;
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

  /** Ends it once it has applied the commands so far. */
  close(): Promise<void> {
    return this.#turn(async () => {
      await this.#hosting.close();
      await this.#study.close();
    });
  }

  get #isClosed(): boolean {
    return this.#study.ledger.closed !== undefined;
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

/** The results of a study, computed from its entries. */
class Results {
  readonly rows = new TrialRows();
  readonly #entries$ = new Subject<AppliedEntry<Params>>();
  best: TrialRow | undefined;
  /** The trials that no other trial dominates. */
  front: readonly TrialRow[] = [];

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
    this.#entries$.next(entry);
  }
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
