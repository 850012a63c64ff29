import { Subject } from 'rxjs';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { type Submitter, submitter } from '../../../streams/engine/submit.ts';
import { inTurn } from '../../../streams/engine/timeout.ts';
import { openJournal } from '../../../streams/log/journal.ts';
import { memoryLog } from '../../../streams/log/memory.ts';
import { past } from '../../../streams/log/past.ts';
import { best } from '../../../streams/results/observe.ts';
import { pareto } from '../../../streams/results/pareto.ts';
import { isIn, stopsTrials } from '../../../streams/spec/defaults.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { auto } from '../../../streams/strategies/auto.ts';
import { openStudy } from '../../../streams/study/createStudy.ts';
import type { CommandableStudy } from '../../../streams/study/study.ts';
import { importancesOf } from '../../dashboard/importances.ts';
import type { Created, Enqueued, Fact, FailureReason, Params, Values } from '../../facts/facts.ts';
import { tooFewResults } from '../../importance/importance.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { changedBy, type Settings, settingsOf } from '../../ledger/settings.ts';
import type { TrialId } from '../../messages.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { countCells } from '../../space/cells.ts';
import { RefusedError, type Submitted } from '../../study/commands.ts';
import type { Intent } from '../../study/intents.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
import { version } from '../../version.ts';
import { controlSocket } from '../sources/controlSocket.ts';
import { begunIn } from '../sources/journalFile.ts';
import { applied } from '../sources/process.ts';
import { readFeed } from '../sources/readFeed.ts';
import { parseStudy } from '../studyFile/studyFile.ts';
import { inform } from '../terminal/output.ts';
import type { Driven } from './protocol.ts';
import { SessionError } from './session.ts';

/** How a trial ended: with values, stopped by its last report, or failed. */
interface Ending {
  readonly id: TrialId;
  readonly values?: Values;
  readonly metrics?: Values;
  readonly constraints?: readonly number[];
  readonly checkpoint?: string;
  readonly stopped?: boolean;
  readonly reason?: FailureReason;
  readonly message?: string;
  readonly trace?: string;
}

interface Report {
  readonly id: TrialId;
  readonly step: number;
  readonly values: Values;
  readonly metrics?: Values;
}

interface NewLimits {
  /** How many trials the study has in all. */
  readonly trials?: number | undefined;
  /** Failed trials that no longer count, because the program was broken. */
  readonly uncounted?: readonly TrialId[] | undefined;
  /** How many are open at once. */
  readonly parallel?: number | undefined;
  /** Whether the program starts. A limit that it sent at an earlier start then does not undo a later change. */
  readonly start?: boolean | undefined;
}

/**
 * A study as a study file describes it, driven by requests. With a journal it resumes; trials that were open when its process ended are
 * tried again. Requests may overlap: an ask that waits for a result does not block others.
 *
 * @param description as in a study file, without a command; optional if the journal has the study.
 * @param path of the journal; without it the study is kept in memory.
 * @throws SessionError, SpaceError, OptionError, JournalError, JournalLockedError, MismatchError
 */
export async function drivenStudy(description: unknown, path: string | undefined): Promise<Driven> {
  const logged = path === undefined ? undefined : await begunIn(path);
  const described = description === undefined ? undefined : parseStudy(description);
  if (!described && !logged)
    throw new SessionError('init: expected a space, or a study as in a study file, since no journal holds one yet');
  const space = described?.space ?? spaceOf(logged!);
  const strategy = described?.strategy ?? (logged ? parseStrategy(logged.strategy) : auto());
  const log = path === undefined ? memoryLog() : await openJournal(path, { warn: inform });
  const run = (): Running => {
    const seen = new Seen();
    const { append, apply: recognise, end } = submitter(log);
    const onEntry = (entry: AppliedEntry<Params>) => {
      seen.apply(entry);
      recognise(entry);
    };
    const study = openStudy(space, { strategy, ...described?.options, log, onEntry });
    study.best$.subscribe({ error: end, complete: () => end(new SessionError('the study is over')) });
    return { seen, study, append };
  };
  let { seen, study, append } = run();
  try {
    await study.ready();
  } catch (error) {
    await log.close();
    throw error;
  }
  const again = async () => {
    ({ seen, study, append } = run());
    await study.ready();
  };
  /** What runs an ended study again, one after another: two engines would decide for one log. */
  const turn = inTurn();
  const submitted = (intent: Intent): Promise<Submitted> =>
    turn(async () => {
      if (!seen.closed) return study.submit(intent);
      const ended = applied(log);
      try {
        return await ended.submit(intent);
      } finally {
        ended.end();
        await again();
      }
    });
  const closeSocket = path === undefined ? undefined : await controlSocket(path, submitted);
  /** The trials that were handed out here and have not ended. */
  const handed = new Set<TrialId>();
  const { study: name, objectives, strategy: spec, decisions } = seen.created!;
  const done = async (said: Promise<void>) => {
    await said;
    return { ok: true };
  };
  return {
    opened: {
      ok: true,
      version,
      study: name,
      objectives: Object.fromEntries(objectives.map((o) => [o.name, o.direction])),
      endless: !seen.isLimited && !Number.isFinite(countCells(space.axes)) && !isIn('grid', spec),
      stops: stopsTrials(spec, decisions),
    },
    answers: {
      ask: async ({ fixed }: { readonly fixed?: Params }) => {
        const suggestion = await study.ask({ fixed });
        if (!suggestion) return { over: true };
        const { trial: id, params, budget: until, resumes, checkpoint } = suggestion;
        handed.add(id);
        return { id, params, until, resumes, checkpoint };
      },
      tell: async ({ id, values, metrics, constraints, checkpoint, stopped, reason, message, trace }: Ending) => {
        if (stopped) await study.stopped(id);
        else if (values) await study.tell(id, { values, ...omitUndefined({ metrics, constraints, checkpoint }) });
        else await study.fail(id, reason, message, trace);
        handed.delete(id);
        return { ok: true };
      },
      report: ({ id, step, values, metrics }: Report) => study.report(id, values, step, metrics),
      enqueue: ({ params, rest }: Pick<Enqueued, 'params' | 'rest'>) => done(study.enqueue(params, omitUndefined({ rest }))),
      /** Which trials keep an ask waiting. */
      busy: () => ({ open: [...handed].filter((id) => seen.rows.get(id)?.status === 'open'), parallel: seen.settings?.parallel }),
      cancel: ({ id }: { readonly id: TrialId }) => done(study.cancel(id)),
      retract: ({ id }: { readonly id: TrialId }) => done(study.retract(id)),
      limit: (limits: NewLimits) =>
        turn(async () => {
          await study.ready(); // a failed study applies nothing more
          const changed = seen.changedBy(limits);
          const inForce = () => ({
            ok: true,
            ...omitUndefined({ trials: seen.settings?.limits.trials, parallel: seen.settings?.parallel }),
          });
          if (!changed) return inForce();
          if (seen.closed) await log.append(changed);
          else {
            try {
              await append(changed); // the next ask must not get an earlier decision
              return inForce();
            } catch (error) {
              if (!seen.closed || error instanceof RefusedError) throw error; // otherwise it ended before it read the change
            }
          }
          await again(); // it has ended because it was full; now there is room again
          return inForce();
        }),
      trials: () => ({ trials: [...seen.rows] }),
      best: () => ({ best: seen.best ?? null }),
      front: () => ({ front: seen.front }),
      importance: async ({ objective }: { readonly objective?: string }) => {
        const feed = await readFeed({ place: path ?? '', read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) });
        const found = await importancesOf(feed, objective);
        if (found === undefined) throw new SessionError(tooFewResults(space.axes));
        return { importance: found };
      },
      recommend: () => ({ recommendation: study.recommend() ?? null }),
    },
    dispose: () => {
      closeSocket?.();
      return study.close();
    },
  };
}

interface Running {
  readonly seen: Seen;
  readonly study: CommandableStudy<Params>;
  readonly append: Submitter['append'];
}

/** The state of a study, computed from its entries. */
class Seen {
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
    const row = this.rows.fold(entry);
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
