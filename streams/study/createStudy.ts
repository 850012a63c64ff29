import { type Fact, LONGEST_TRACE, type Values } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { isRecord } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { show } from '../../src/space/check.ts';
import type { Space } from '../../src/space/space.ts';
import { RefusedError, type Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { EarlierOption } from '../engine/earlier.ts';
import { runEngine } from '../engine/run.ts';
import type { Spans } from '../engine/spans.ts';
import { submit, submitter } from '../engine/submit.ts';
import { checkStrategy } from '../kernel/strategy.ts';
import type { Log } from '../log/log.ts';
import { memoryLog } from '../log/memory.ts';
import { example, kindOf, oneForSeveral } from '../objective.ts';
import { StudyResults } from '../results/studyResults.ts';
import {
  checkLog,
  checkSpace,
  type FoundStrategy,
  objectivesOf,
  type ParseOption,
  parseNone,
  refuseUnknown,
  type StrategyOption,
  type StudyOptions,
} from '../spec/options.ts';
import { checkDeclared } from '../spec/resuming.ts';
import { withResolvers } from '../withResolvers.ts';
import { LocalAttempts } from './localAttempts.ts';
import { LocalClaims } from './localClaims.ts';
import { headAtStart, type NoResultError, watchFailures } from './noResult.ts';
import type { CommandableStudy, Study } from './study.ts';
import { type WarnOptions, watchReports } from './unreported.ts';

export interface CreateStudyOptions<P, O extends string = string>
  extends StudyOptions,
    StrategyOption,
    ParseOption,
    EarlierOption,
    WarnOptions {
  /**
   * What is optimised, by name; the first objective decides which trial is best. The types of values follow from it, so give it also if the log has
   * entries. Default: one objective `value`, minimised.
   */
  readonly objectives?: Readonly<Record<O, 'minimize' | 'maximize'>> | undefined;
  /** The log of the study. A log with entries is resumed. Default: in memory. */
  readonly log?: Log | undefined;
  /** Called with each entry of the log and what it did. */
  readonly onEntry?: ((applied: AppliedEntry<P>) => void) | undefined;
}

/** `createStudy` of `hypertide` without a default: the options hold the strategy, or `parseStrategy`, which makes it. */
export function createStudy<P, O extends string = 'value'>(
  space: Space<P>,
  options: CreateStudyOptions<P, O> & FoundStrategy,
): Study<P, O> {
  refuseUnknown(options, 'earlier', 'log', 'onEntry', 'warn');
  const { log = memoryLog(), onEntry, warn = console.warn, ...settings } = options;
  checkDeclared(options.strategy, options);
  checkSpace(space);
  checkLog(log);
  const past = headAtStart(log);
  const failing = watchFailures(log, past);
  const reporting = watchReports('call study.report(trial, value, step)', past, warn);
  /** Until a trial that was open at the start has a result. */
  let broken: Promise<NoResultError> | undefined;
  const study = openStudy(space, {
    ...settings,
    log,
    warn,
    onEntry: (applied) => {
      reporting(applied);
      if (applied.event?.type === 'ended' && applied.event.outcome !== 'failed') broken = undefined;
      broken = failing(applied) ?? broken;
      onEntry?.(applied);
    },
  });
  const ask: Study<P>['ask'] = async (options) => {
    if (broken) throw await broken;
    return study.ask(options);
  };
  const { submit: _, ledger: __, ...rest } = study;
  return { ...rest, ask } as Study<P> as Study<P, O>; // the study refuses values by other names
}

/** A study as by `createStudy`, but without an error when the first trials fail, and without warnings by default. */
export function openStudy<P>(
  space: Space<P>,
  options: CreateStudyOptions<P> & { readonly spans?: Spans | undefined } = {},
): CommandableStudy<P> {
  const { strategy, log = memoryLog(), onEntry, warn = () => {}, parseStrategy = parseNone, ...settings } = options;
  if (strategy !== undefined) checkStrategy('strategy', strategy);
  const { append, apply: recognise, end: fail } = submitter(log);
  const attempts = new LocalAttempts();
  const results = new StudyResults(space);
  let end: { readonly error?: unknown } | undefined;
  const { promise: ended, resolve: over } = withResolvers<void>();

  const closed = (): RefusedError => {
    const { closed: reason } = engine.ledger;
    const message = reason
      ? `the study has ended (${reason}); to continue it, create it again on its log with a higher limit, such as trials: ${engine.ledger.configurations + 10}`
      : 'the study is closed';
    return new RefusedError({ code: 'ended', message });
  };
  const begun = (): Promise<void> | undefined => (end ? undefined : Promise.race([started, ended]));
  const running = async (): Promise<void> => {
    await begun();
    if (end) throw end.error ?? closed();
  };
  const finish = (how: { readonly error?: unknown }) => {
    end ??= how;
    over();
    results.end(how);
    claims.end(how);
    fail(how.error ?? closed());
  };
  const claims: LocalClaims<P> = new LocalClaims({
    ledger: () => engine.ledger,
    log,
    append,
    attempts,
    begun,
    isOver: () => {
      if (end && 'error' in end) throw end.error;
      if (end && engine.ledger.closed === undefined) throw closed();
      return end !== undefined;
    },
    wake: () => engine.wake(),
    warn,
  });
  const { engine, started, stop } = runEngine<P>(
    space,
    strategy,
    log,
    {
      ...settings,
      parseStrategy,
      exclusive: true,
      isTrialWanted: () => claims.any,
      onEntry: (applied) => {
        results.apply(applied);
        onEntry?.(applied);
        claims.apply(applied);
        recognise(applied);
      },
    },
    {
      direct: (directive) => {
        if (directive.type === 'stop') attempts.stop(directive.trial);
        if (directive.type === 'suggested') claims.put(directive);
      },
      finished: () => finish({}),
      fail: (error) => finish({ error }),
    },
  );

  /** Until the log has been read, those of the options. */
  const objectives = () => (engine.ledger.created ? engine.ledger.settings.objectives : objectivesOf(options));
  const [objective = 'value'] = Object.keys(options.objectives ?? {});
  const named = (values: number | Values): Values => (typeof values === 'number' ? { [objective]: values } : values);
  const tell = async (fact: Fact): Promise<void> => {
    await running();
    await append(fact);
  };
  const submitted = async (intent: Intent): Promise<Submitted> => {
    await running();
    return submit(intent, { ledger: engine.ledger, parseStrategy }, append);
  };
  const command = async (intent: Intent): Promise<void> => void (await submitted(intent));

  return {
    ready: async () => {
      await begun();
      if (end && 'error' in end) throw end.error;
    },
    ask: (options) => claims.ask(options),
    tell: async (trial, result) => {
      if (attempts.isTold(trial)) return tell({ type: 'stopped', ...attempts.of(trial) });
      await running();
      checkResult(
        result,
        objectives().map(({ name }) => name),
      );
      return tell({ type: 'completed', ...attempts.of(trial), ...(typeof result === 'number' ? { values: named(result) } : result) });
    },
    fail: (trial, reason = 'error', message = '', trace = undefined) =>
      tell({ type: 'failed', ...attempts.of(trial), reason, message, ...omitUndefined({ trace: trace?.slice(-LONGEST_TRACE) }) }),
    report: async (trial, values, given, metrics) => {
      await running();
      const step = given ?? Math.max(engine.ledger.open.get(trial)?.at ?? 0, attempts.stepOf(trial)) + 1;
      checkOrder(values, step);
      attempts.report(trial, step);
      await append({ type: 'reported', ...attempts.of(trial), step, values: named(values), ...(metrics && { metrics }) });
      return { stop: attempts.tellStop(trial) };
    },
    stopped: (trial) => tell({ type: 'stopped', ...attempts.of(trial) }),
    enqueue: (params, { rest } = {}) => command(omitUndefined({ type: 'enqueue', params, rest })),
    propose: (proposer, params, { seconds, note } = {}) => command(omitUndefined({ type: 'propose', proposer, params, seconds, note })),
    annotate: (about) => command({ ...about, type: 'annotate' }),
    cancel: (trial) => command({ type: 'cancel', trial }),
    retract: (trial) => command({ type: 'retract', trial }),
    best: () => results.best,
    recommend: () => results.recommend(objectives()),
    best$: results.bests,
    trials: () => results.trials,
    pareto: () => results.front(objectives()),
    submit: submitted,
    get ledger() {
      return engine.ledger;
    },
    close: async () => {
      stop();
      finish({});
      await log.close();
    },
  };
}

/** @throws RefusedError for what is no result */
function checkResult(result: unknown, names: readonly string[]): void {
  if (typeof result === 'number' && names.length === 1) return;
  if (isRecord(result) && isRecord(result.values)) return;
  const message =
    typeof result === 'number'
      ? `tell: got ${result}; ${oneForSeveral(names)}`
      : `tell: expected ${names.length > 1 ? '' : 'a number or '}${example(names)}, got ${kindOf(result)}`;
  throw new RefusedError({ code: 'bad-field', message });
}

/** @throws RefusedError for `report(trial, step, value)`, if the order is recognisable */
function checkOrder(values: number | Values, step: unknown): void {
  if (Number.isInteger(step) || (typeof step === 'number' && typeof values !== 'number')) return;
  if (typeof step !== 'number')
    throw new RefusedError({ code: 'bad-field', message: `report: expected a whole number as the step, got ${kindOf(step)}` });
  const message = `report: expected (trial, value, step), got the step ${show(step)} and the value ${show(values)}; are they swapped?`;
  throw new RefusedError({ code: 'bad-field', message });
}
