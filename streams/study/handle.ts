import { OptionError } from '../../src/errors.ts';
import { LONGEST_TRACE, type ObjectiveSpec, type Params, type Values } from '../../src/facts/facts.ts';
import { recommendation } from '../../src/insight/recommendation/recommendation.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { exampleResult, placeOf } from '../../src/ledger/exampleFacts.ts';
import { isRecord } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { frozen } from '../../src/space/value.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { bestRowOf } from '../../src/study/bestFirst.ts';
import { LET_GO, RefusedError } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { TrialRow } from '../../src/study/trials.ts';
import type { TrialFact } from '../../src/study/verbs.ts';
import { waker } from '../log/follow.ts';
import { readExample } from '../objective.ts';
import { isPromise, unlessAborted } from '../promises.ts';
import { rowsOfEnded } from '../results/observe.ts';
import { frontAmong } from '../results/pareto.ts';
import { checkOrder, checkResult, refuseNoNumber } from './given.ts';
import { askThrough, FAILURES, type Failure, failureIn, NoResultError, unlessBroken } from './port/noResult.ts';
import { newName, type StudyPort } from './port/port.ts';
import type { Study, StudyResult } from './study.ts';

/** What a handle knows besides its port. */
export interface HandleOptions {
  /** The objectives before the log has been read. */
  readonly objectives?: readonly ObjectiveSpec[] | undefined;
  /** What to do if no trial has a result. */
  readonly again?: string | undefined;
  /** What happens while an ask waits. @returns ends it */
  readonly waits?: (() => () => void) | undefined;
}

/** A trial that was claimed with this handle. */
interface Held {
  readonly run: string;
  /** The last step that was reported: the log may not have it yet. */
  step: number;
}

/** Milliseconds after which a handle that closes does not wait any longer until what it hands back is stored. */
const HAND_BACK_MS = 2000;

const behind = Symbol('hypertide.study');

/** What is behind a handle, for a server in the same process. @throws OptionError for what is no handle */
export function portOf(study: unknown): StudyPort<Params> {
  if (isRecord(study) && behind in study) return study[behind] as StudyPort<Params>;
  const hint = isPromise(study) ? '; it is a promise: await it' : '';
  throw new OptionError('study', 'a study, such as createStudy(space({ lr: float(0, 1) }))', study, hint);
}

/** The handle of a study, which is the same wherever it runs. */
export function studyOf<P, O extends string>(running: StudyPort<P>, { objectives = [], again, waits }: HandleOptions = {}): Study<P, O> {
  const objectivesNow = () => (running.ledger.created ? running.ledger.settings.objectives : objectives);
  const namesNow = () => objectivesNow().map(({ name }) => name);
  const held = new Map<TrialId, Held>();
  const closing = new AbortController();
  const untilBroken = unlessBroken(running);
  const untilLeft = unlessBroken(running, closing.signal);
  const ready = async () => {
    closing.signal.throwIfAborted();
    await running.ready();
  };
  /** The fields that name the attempt in a fact. */
  const of = (trial: TrialId) => omitUndefined({ trial, run: held.get(trial)?.run });
  const named = (values: number | Values): Values =>
    typeof values === 'number' ? { [objectivesNow()[0]?.name ?? 'value']: values } : values;
  const record = async (fact: TrialFact) => {
    closing.signal.throwIfAborted();
    refuseNoNumber(fact);
    return running.record(fact);
  };
  const end = async (fact: TrialFact): Promise<void> => {
    const own = held.get(fact.trial);
    held.delete(fact.trial); // it is not handed back meanwhile
    await record(fact).catch((error) => {
      if (own) held.set(fact.trial, own);
      throw error;
    });
  };
  /** Reports values at a step. @param result the result of an example that they are of, as facts hold it */
  const report = async (trial: TrialId, values: number | Values, given?: number, metrics?: Values, result?: () => number[]) => {
    await ready();
    const own = held.get(trial);
    const step = given ?? Math.max(running.ledger.open.get(trial)?.at ?? 0, own?.step ?? 0) + 1;
    checkOrder(values, step);
    const results = result && [result()];
    if (own) own.step = step;
    const { stop } = await record({
      type: 'reported',
      ...of(trial),
      step,
      values: named(values),
      ...omitUndefined({ results, metrics }),
    });
    return { stop };
  };
  const command = async (intent: Intent): Promise<void> => {
    await ready();
    refuseNoNumber(intent);
    await running.submit(intent);
  };
  /** The same promise until the study is opened again. */
  const result = (): Promise<StudyResult<P>> => {
    const { finished } = running;
    if (last?.finished === finished) return last.result;
    const ended = finished.then(() => resultOf(running, objectivesNow(), again));
    const result = untilBroken(undefined, (leaving) => unlessAborted(ended, leaving));
    last = { finished, result };
    result.catch(() => {
      last = undefined; // when it continues, it may have a result
    });
    return result;
  };
  /** Hands back what was claimed with this handle, so that others need not wait until it is lost. */
  const handBack = ([trial, { run }]: [TrialId, Held]) =>
    running.record({ type: 'failed', trial, run, reason: 'preempted', message: 'handed back: its handle was closed' });
  const leave = async () => {
    closing.abort(new RefusedError(LET_GO));
    if (held.size > 0)
      await unlessAborted(Promise.allSettled(Array.from(held, handBack)), AbortSignal.timeout(HAND_BACK_MS)).catch(() => {});
    await running.close();
  };
  let left: Promise<void> | undefined;
  const close = () => (left ??= leave());
  let last: { readonly finished: Promise<void>; readonly result: Promise<StudyResult<P>> } | undefined;
  const study: Study<P> = {
    entries$: running.entries$,
    ready,
    ask: async ({ fixed, signal } = {}) => {
      for (const ending of [signal, closing.signal]) ending?.throwIfAborted();
      refuseNoNumber(fixed);
      const hasTrial = waits?.();
      try {
        const reply = await askThrough(running, untilLeft, { fixed, run: fixed && newName(), signal });
        if (reply.next === 'wait') signal?.throwIfAborted();
        if (reply.next !== 'trial') return undefined;
        held.set(reply.trial, { run: reply.run, step: 0 });
        return { ...reply, params: frozen(reply.params) };
      } finally {
        hasTrial?.();
      }
    },
    tell: async (trial, result) => {
      await ready();
      const { values } = running.rows.get(trial) ?? {};
      if (result === undefined && running.ledger.examples && values) return end({ type: 'completed', ...of(trial), values });
      checkResult(result, namesNow());
      return end({ type: 'completed', ...of(trial), ...(typeof result === 'number' ? { values: named(result) } : result) });
    },
    fail: (trial, reason = 'error', message = '', trace = undefined) =>
      end({ type: 'failed', ...of(trial), reason, message, ...omitUndefined({ trace: trace?.slice(-LONGEST_TRACE) }) }),
    report,
    reportExample: async (trial, example, result) => {
      const { values, metrics, constraints } = readExample(result);
      return report(trial, values, undefined, metrics, () =>
        resultIn(running, namesNow(), example, { values: named(values), constraints }),
      );
    },
    stopped: (trial) => end({ type: 'stopped', ...of(trial) }),
    enqueue: (params, { rest } = {}) => command(omitUndefined({ type: 'enqueue', params: { ...params } as Params, rest })),
    propose: (proposer, params, { seconds, note } = {}) =>
      command(omitUndefined({ type: 'propose', proposer, params: { ...params } as Params, seconds, note })),
    annotate: (about) => command({ ...about, type: 'annotate' }),
    change: (changes) => command({ ...changes, type: 'change' }),
    pause: () => command({ type: 'change', paused: true }),
    resume: () => command({ type: 'change', paused: false }),
    cancel: (trial) => command({ type: 'cancel', trial }),
    retract: (trial) => command({ type: 'retract', trial }),
    best: () => bestRowOf(running.ledger, running.rows),
    front: () => frontAmong(running.rows, objectivesNow()),
    trials: () => Array.from(running.rows, (row) => ({ ...row })),
    recommend: () => {
      const [objective, ...more] = objectivesNow();
      if (more.length > 0) throw new RangeError('recommend: expected a study with one objective; with several, choose from front()');
      return recommendation(running.space, objective!, running.rows, running.ledger.closed);
    },
    importance: async (objective) => {
      await ready();
      return running.importance(objective);
    },
    why: async (trial) => {
      await ready();
      return running.why(trial);
    },
    result: ({ signal } = {}) => unlessAborted(result(), signal),
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.asyncIterator]: () => endedTrials(running),
  };
  return Object.assign(study as Study<P> as Study<P, O>, { [behind]: running }); // the study refuses values by other names
}

/** The rows of trials as they end, past ones first, until the study has ended. */
async function* endedTrials<P>(running: StudyPort<P>): AsyncGenerator<TrialRow<P>, void> {
  const rowsOf = rowsOfEnded<P>();
  const news = waker();
  let rows: TrialRow<P>[] = [];
  let position = 0;
  let failure: { readonly error: unknown } | undefined;
  /** The position at which the study has ended. */
  let end = Number.POSITIVE_INFINITY;
  const fail = (error: unknown) => {
    failure = { error };
    news.wake();
  };
  const ended = () => {
    end = running.ledger.position;
    news.wake();
  };
  const take = (entry: AppliedEntry<P>) => {
    position = entry.position;
    rows.push(...rowsOf(entry));
    news.wake();
  };
  const subscription = running.entries$.subscribe({ next: take, error: fail, complete: ended });
  running.finished.then(ended, fail);
  try {
    for (;;) {
      const some = rows;
      rows = [];
      yield* some;
      if (rows.length > 0) continue; // they came while the reader took these
      if (failure) throw failure.error;
      if (position >= end) return;
      await news.woken();
    }
  } finally {
    subscription.unsubscribe();
  }
}

/** The result of an example as facts hold it. @throws RefusedError for an example that the study does not have, or without a value */
function resultIn<P>(
  running: StudyPort<P>,
  names: readonly string[],
  example: number | string,
  result: Parameters<typeof exampleResult>[1],
): number[] {
  const place = placeOf(example, running.ledger.created?.examples);
  if (typeof place === 'string') throw new RefusedError({ code: 'bad-field', message: `reportExample: ${place}` });
  const lacking = names.find((name) => result.values[name] === undefined);
  if (lacking !== undefined) throw new RefusedError({ code: 'missing-field', message: `values.${lacking} is missing` });
  return exampleResult(place, result, names);
}

/** What to do after a study without a result: in a log that is resumed, failed trials count. */
const TRY_AGAIN = 'correct the objective, queue these trials again with "hypertide trial retry <journal>", and run it again';
/** The same if every trial took too long. */
const TOO_SLOW = 'raise timeLimit, or let the objective end sooner';

/**
 * The result of a study that has ended.
 *
 * @param again what to do if no trial has a result.
 * @throws NoResultError if trials failed and none has a result.
 */
function resultOf<P>(
  { ledger, rows }: Pick<StudyPort<P>, 'ledger' | 'rows'>,
  objectives: readonly ObjectiveSpec[],
  again = TRY_AGAIN,
): StudyResult<P> {
  const { completed, stopped, failed, retracted } = rows.counts;
  const failures = lastFailures(rows);
  if (ledger.closed !== undefined && failed > 0 && completed + stopped + retracted === 0) {
    const todo = failures.every(({ reason }) => reason === 'timeout') ? TOO_SLOW : again;
    throw new NoResultError(`no trial has a result, as all ${failed} failed`, failures, todo);
  }
  const best = bestRowOf(ledger, rows);
  const reason = ledger.closed ?? 'aborted';
  return omitUndefined({ best, front: frontAmong(rows, objectives), reason, completed, stopped, failed, failures });
}

function lastFailures<P>(rows: Iterable<TrialRow<P>>): readonly Failure[] {
  const failed = [...rows].filter(({ status }) => status === 'failed').sort((a, b) => a.ended! - b.ended!);
  return failed.slice(-FAILURES).map(failureIn);
}
