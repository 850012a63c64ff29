import type { Observable } from 'rxjs';
import {
  type Completed,
  type Enqueued,
  type Fact,
  type FailureReason,
  LONGEST_TRACE,
  type Params,
  type ProposedFact,
  type Values,
} from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { TrialId } from '../../src/messages.ts';
import type { Recommendation } from '../../src/recommendation/recommendation.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import { RefusedError } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { Annotation, TrialRow } from '../../src/study/trials.ts';
import { Asks } from '../engine/asks.ts';
import type { Directive, Suggestion } from '../engine/directive.ts';
import type { EarlierOption } from '../engine/earlier.ts';
import { blockedBy, FixedAsks } from '../engine/fixedAsks.ts';
import { runEngine } from '../engine/run.ts';
import { submit, submitter } from '../engine/submit.ts';
import type { Log } from '../log/log.ts';
import { memoryLog } from '../log/memory.ts';
import { StudyResults } from '../results/studyResults.ts';
import { refuseUnknown, type StrategyOption, type StudyOptions } from '../spec/options.ts';
import { checkStrategy } from '../strategy.ts';
import { headAtStart, type NoResultError, watchFailures } from './noResult.ts';
import { type WarnOptions, watchReports } from './unreported.ts';

export interface CreateStudyOptions<P> extends StudyOptions, StrategyOption, EarlierOption, WarnOptions {
  /** The log of the study. A log with entries is resumed. Default: in memory. */
  readonly log?: Log | undefined;
  /** Called with each entry of the log and what it did. */
  readonly onEntry?: ((noted: AppliedEntry<P>) => void) | undefined;
}

/** A study without streams: ask for a trial, evaluate it in your own way, and tell the result. */
export interface Study<P> {
  /**
   * Resolves when the log has been read. You need not wait for it.
   *
   * @throws what keeps the study from running, such as MismatchError if the log belongs to another study.
   */
  ready(): Promise<void>;
  /**
   * Returns the next trial to evaluate. It waits while the strategy waits, and while `parallel` trials are open.
   *
   * @param options `fixed`: values that the trial must have; the strategy chooses the other parameters, and learns from the result. The ask
   * stands in the log as an `enqueued` fact.
   * @returns undefined when the study is over; with `fixed`, also if no new configuration may begin.
   * @throws NoResultError if no trial has a result and three failed alike, or ten in any way; what the study throws; RefusedError if fixed values
   * do not fit the space, or wait for trials that only an ask without them gets, such as those of an earlier process.
   * @example
   * const trial = await study.ask({ fixed: { model: 'svm' } });
   */
  ask(options?: { readonly fixed?: Params | undefined }): Promise<Suggestion<P> | undefined>;
  /** Tells the result of a trial: the value of the first objective, or more. @throws RefusedError if it does not count. */
  tell(trial: TrialId, result: number | Omit<Completed, 'type' | 'trial' | 'run'>): Promise<void>;
  /** Tells that a trial has no result. @throws RefusedError if it does not count. */
  fail(trial: TrialId, reason?: FailureReason, message?: string, trace?: string): Promise<void>;
  /**
   * Reports a value at a step.
   *
   * @returns whether the trial should stop. If so, call `stopped` instead of `tell`.
   * @throws RefusedError if it does not count.
   */
  report(trial: TrialId, step: number, values: number | Values, metrics?: Values): Promise<{ readonly stop: boolean }>;
  /** Tells that a trial was stopped. Its last report is its result. @throws RefusedError if it does not count. */
  stopped(trial: TrialId): Promise<void>;
  /**
   * Adds a configuration to try next. Without room for it, the limit of trials grows.
   *
   * @param more `rest: 'strategy'`: the strategy chooses missing parameters. Default: they are drawn from their priors.
   * @throws RefusedError if it does not fit the space, or the study has ended: to continue it, create it again on its log with a higher limit.
   */
  enqueue(params: Params, more?: Pick<Enqueued, 'rest'>): Promise<void>;
  /**
   * Proposes a configuration for the stage `external` of that name; missing parameters are drawn.
   *
   * @param more `seconds`: how long it may be used; `note`: why it is proposed, for people.
   * @throws RefusedError if it does not fit the space, was tried before, or no stage has this proposer.
   * @example
   * const study = createStudy(network, { strategy: chain(external('agent'), random()) });
   * await study.propose('agent', { lr: 0.01 }, { note: 'the learning curve was still falling' });
   */
  propose(proposer: string, params: Params, more?: Partial<Pick<ProposedFact, 'seconds' | 'note'>>): Promise<void>;
  /**
   * Describes a trial or, without a trial, the study: by a note in Markdown, labels and a star. What you leave out stays as it is.
   *
   * @throws RefusedError if there is no such trial.
   * @example
   * await study.annotate({ trial: 17, note: 'The loss **jumped** at step 40.', labels: ['odd'], starred: true });
   */
  annotate(about: Annotation & { readonly trial?: TrialId }): Promise<void>;
  /** Declares a result wrong: strategies treat the trial as failed. @throws RefusedError */
  retract(trial: TrialId): Promise<void>;
  /** The best trial so far; undefined without a result. As `best$`, it is known once the log has been read. */
  best(): TrialRow<P> | undefined;
  /**
   * The trial whose configuration to deploy: if results are noisy, the best one is partly luck. Of the trials that completed at the highest budget, the one
   * with the best expected value; undefined without a result.
   *
   * @throws RangeError with several objectives: choose from `pareto`
   * @example
   * const { row, expected } = study.recommend()!;
   * console.log(row.params, expected?.mean, expected?.sd);
   */
  recommend(): Recommendation<P> | undefined;
  /** The best trial, and each one that replaces it. Completes when the study is over. */
  readonly best$: Observable<TrialRow<P>>;
  /** All trials so far as they stand, also those that are open. */
  trials(): readonly TrialRow<P>[];
  /** The trials that no other dominates, by the first objective. With one objective these are the best one and its equals. */
  pareto(): readonly TrialRow<P>[];
  /** Ends the engine and closes the log. The study can be resumed. */
  close(): Promise<void>;
}

/**
 * Creates or resumes a study to ask and tell, without streams.
 *
 * @example
 * const study = createStudy(space, { strategy: ga(), trials: 100 });
 * for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, await train(next.params));
 */
export function createStudy<P>(space: Space<P>, options: CreateStudyOptions<P> = {}): Study<P> {
  refuseUnknown(options, 'strategy', 'earlier', 'log', 'onEntry', 'warn');
  const { log = memoryLog(), onEntry, warn = console.warn, ...settings } = options;
  const past = headAtStart(log);
  const failing = watchFailures(log, past);
  const reporting = watchReports('call study.report(trial, step, value)', past, warn);
  /** Until a trial that was open then has a result. */
  let broken: Promise<NoResultError> | undefined;
  const study = openStudy(space, {
    ...settings,
    log,
    onEntry: (noted) => {
      reporting(noted);
      if (noted.event?.type === 'ended' && noted.event.outcome !== 'failed') broken = undefined;
      broken = failing(noted) ?? broken;
      onEntry?.(noted);
    },
  });
  const ask: Study<P>['ask'] = async (options) => {
    if (broken) throw await broken;
    return study.ask(options);
  };
  return { ...study, ask };
}

/** A study as of `createStudy` that does not care how many trials fail. */
export function openStudy<P>(space: Space<P>, options: Omit<CreateStudyOptions<P>, 'warn'> = {}): Study<P> {
  const { strategy, log = memoryLog(), onEntry, ...settings } = options;
  if (strategy !== undefined) checkStrategy('strategy', strategy);
  const [objective = 'value'] = Object.keys(options.objectives ?? {});
  const asks = new Asks<P>();
  const fixedAsks = new FixedAsks<P>();
  const { append, apply: recognise, end: fail } = submitter(log);
  const stops = new Set<TrialId>();
  const results = new StudyResults(space);
  /** The run under which each trial is evaluated here: after a crash the log tells which trials have lost their trainer. */
  const runs = new Map<TrialId, string>();
  let end: { readonly error?: unknown } | undefined;
  let over = () => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });

  const finish = (how: { readonly error?: unknown }) => {
    end ??= how;
    over();
    results.end(how);
    asks.end(how);
    fail(how.error ?? closed());
  };
  /** A suggestion whose claim cannot be stored is handed out by the next ask. */
  const claim = async (suggestion: Suggestion<P>): Promise<Suggestion<P>> => {
    const { trial, attempt } = suggestion;
    const run = `${trial}.${attempt}`;
    try {
      await log.append({ type: 'started', trial, attempt, run });
    } catch (error) {
      asks.putBack(suggestion);
      throw error;
    }
    runs.set(trial, run);
    return suggestion;
  };
  const direct = (directive: Directive<P>) => {
    if (directive.type === 'stop') stops.add(directive.trial);
    if (directive.type === 'suggested') asks.put(directive);
    const error = blocked();
    if (error) asks.end({ error }); // none of those that wait may get it
  };
  const { engine, started, stop } = runEngine<P>(
    space,
    strategy,
    log,
    {
      ...settings,
      exclusive: true,
      isTrialWanted: () => asks.any,
      onEntry: (noted) => {
        results.apply(noted);
        onEntry?.(noted);
        fixedAsks.apply(noted);
        recognise(noted);
      },
    },
    { direct, finished: () => finish({}), fail: (error) => finish({ error }) },
  );

  const closed = (): RefusedError => {
    const { closed: reason } = engine.ledger;
    const message = reason ? `the study has ended (${reason}); to continue it, raise its limit` : 'the study is closed';
    return new RefusedError({ code: 'ended', message });
  };
  const running = async (): Promise<void> => {
    if (!end) await Promise.race([started, ended]);
    if (end) throw end.error ?? closed();
  };
  const tell = async (fact: Fact): Promise<void> => {
    await running();
    await append(fact);
  };
  const command = async (intent: Intent): Promise<void> => {
    await running();
    await submit(intent, engine.ledger, append);
  };
  const next = async (accepts: (suggestion: Suggestion<P>) => boolean): Promise<Suggestion<P> | undefined> => {
    const handed = asks.take(accepts);
    if (handed) return handed;
    if (end && 'error' in end) throw end.error;
    if (end) return undefined;
    const waiting = asks.wait(accepts);
    engine.stir();
    return waiting.suggestion;
  };
  const blocked = () =>
    blockedBy(engine.ledger, ({ suggestion, run }) => asks.keeps(suggestion) || (run !== undefined && runs.get(suggestion.trial) !== run));
  const nextWith = async (fixed: Params): Promise<Suggestion<P> | undefined> => {
    if (!end) await Promise.race([started, ended]);
    if (end) return next(() => false);
    const error = blocked();
    if (error) throw error;
    return fixedAsks.ask({ request: crypto.randomUUID(), fixed, ledger: engine.ledger, append, wait: next });
  };
  const of = (trial: TrialId): { readonly trial: TrialId; readonly run?: string } => {
    const run = runs.get(trial);
    return run === undefined ? { trial } : { trial, run };
  };
  const named = (values: number | Values): Values => (typeof values === 'number' ? { [objective]: values } : values);

  return {
    ready: async () => {
      await Promise.race([started, ended]);
      if (end && 'error' in end) throw end.error;
    },
    ask: async ({ fixed } = {}) => {
      const suggestion = await (fixed ? nextWith(fixed) : next((one) => !fixedAsks.isAwaited(one)));
      return suggestion && claim(suggestion);
    },
    tell: (trial, result) =>
      tell({ type: 'completed', ...of(trial), ...(typeof result === 'number' ? { values: named(result) } : result) }),
    fail: (trial, reason = 'error', message = '', trace = undefined) =>
      tell({ type: 'failed', ...of(trial), reason, message, ...omitUndefined({ trace: trace?.slice(-LONGEST_TRACE) }) }),
    report: async (trial, step, values, metrics) => {
      await tell({ type: 'reported', ...of(trial), step, values: named(values), ...(metrics && { metrics }) });
      return { stop: stops.has(trial) };
    },
    stopped: (trial) => tell({ type: 'stopped', ...of(trial) }),
    enqueue: (params, { rest } = {}) => command(omitUndefined({ type: 'enqueue', params, rest })),
    propose: (proposer, params, { seconds, note } = {}) => command(omitUndefined({ type: 'propose', proposer, params, seconds, note })),
    annotate: (about) => command({ ...about, type: 'annotate' }),
    retract: (trial) => command({ type: 'retract', trial }),
    best: () => results.best,
    recommend: () => results.recommend(engine.ledger),
    best$: results.bests,
    trials: () => results.trials,
    pareto: () => results.front(engine.ledger),
    close: async () => {
      stop();
      finish({});
      await log.close();
    },
  };
}
