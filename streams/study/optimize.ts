import { Observable, Subscription, tap } from 'rxjs';
import type { CloseReason, Created, TrialEvent } from '../../src/facts/facts.ts';
import { isTelling } from '../../src/insight/failingAlike.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { type CompletedRow, TrialRows } from '../../src/study/trials.ts';
import type { EarlierOption } from '../engine/earlier.ts';
import { type EvaluateOptions, evaluate } from '../evaluate.ts';
import { checkStrategy } from '../kernel/strategy.ts';
import type { Log } from '../log/log.ts';
import { memoryLog } from '../log/memory.ts';
import type { Objective } from '../objective.ts';
import { type Progress, progress, rowsOfEnded } from '../results/observe.ts';
import { frontAmong } from '../results/pareto.ts';
import {
  checkLog,
  checkSpace,
  type FoundStrategy,
  type ParseOption,
  parseNone,
  refuseUnknown,
  type StrategyOption,
  type StudyOptions,
} from '../spec/options.ts';
import { checkDeclared } from '../spec/resuming.ts';
import { type EpochOptions, withEpochs } from '../spec/withEpochs.ts';
import { type Failure, headAtStart, NoResultError, watchFailures, withFailure } from './noResult.ts';
import { beforeProcessEnds } from './processEnd.ts';
import { runOnce } from './runOnce.ts';
import { runStudy } from './runStudy.ts';
import { type WarnOptions, watchReports } from './unreported.ts';
import { areOpen } from './waits.ts';

export interface OptimizeOptions<O extends string = string>
  extends StudyOptions,
    StrategyOption,
    ParseOption,
    EarlierOption,
    EpochOptions,
    WarnOptions,
    Pick<EvaluateOptions, 'timeLimit'> {
  /**
   * What is optimised, by name; the first objective decides which trial is best. The types of values follow from it, so give it also if the log has
   * entries. Default: one objective `value`, minimised.
   */
  readonly objectives?: Readonly<Record<O, 'minimize' | 'maximize'>> | undefined;
  /** The log of the study. A log with entries is resumed. Default: in memory. */
  readonly log?: Log | undefined;
  /**
   * Ends the study at once: its result has the reason `aborted`. Running trials are abandoned, and retried when the log is resumed; their signals abort
   * with the reason of this one.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The result of a study. */
export interface OptimizeResult<P, O extends string = string> {
  /** The best trial; of several objectives, by the first. Absent if no trial was completed. */
  readonly best?: CompletedRow<P, O>;
  /** The trials that no other dominates, by the first objective. With one objective these are the best one and its equals. */
  readonly front: readonly CompletedRow<P, O>[];
  readonly reason: CloseReason | 'aborted';
  /** How many trials ended this way, including those of earlier runs on the same log. */
  readonly completed: number;
  readonly stopped: number;
  readonly failed: number;
  /** The last ten trials that failed, and why. */
  readonly failures: readonly Failure[];
}

/**
 * A study that runs once. `await` it for its result. As an observable, it emits each entry of its log and its effect, to every
 * subscriber from the first entry on, also to one that comes late or after the end.
 *
 * It starts with the first subscriber, `result()` or `await`. If all subscribers leave before its end and no one waits for its result, it pauses:
 * running trials are abandoned, and tried again when it continues with the next subscriber. The option `signal` ends it.
 */
export interface Optimization<P, O extends string = string> extends Observable<AppliedEntry<P>>, PromiseLike<OptimizeResult<P, O>> {
  /**
   * Runs the study to its end. Each call returns the same promise, which is also what `await` waits for.
   *
   * @throws NoResultError if trials failed and none has a result, as soon as three have failed for the same reason; what the study throws.
   */
  result(): Promise<OptimizeResult<P, O>>;
}

/** `optimize` of `hypertide` without a default: the options hold the strategy, or `parseStrategy`, which makes it. */
export function optimize<P, O extends string = 'value'>(
  space: Space<P>,
  objective: Objective<P, NoInfer<O>>,
  options: OptimizeOptions<O> & FoundStrategy,
): Optimization<P, O> {
  const { strategy, epochs, early, log: given, signal, timeLimit, warn = console.warn, parseStrategy = parseNone, ...rest } = options;
  const settings = { ...rest, parseStrategy };
  const [named] = Object.keys(options.objectives ?? {});
  const log = given ?? memoryLog();
  const run$ = new Observable<AppliedEntry<P>>((out) => {
    refuseUnknown(options, 'earlier', 'epochs', 'early', 'log', 'signal', 'timeLimit', 'warn');
    if (strategy !== undefined) checkStrategy('strategy', strategy);
    checkDeclared(strategy, settings);
    checkSpace(space);
    checkLog(log);
    /** A number is the value of the first objective, named by the options or else by the log. */
    const evaluating = { value: named ?? 'value', several: [] as readonly string[], timeLimit, signal };
    const name = (names: readonly string[]) => {
      evaluating.value = names[0]!;
      evaluating.several = names.length > 1 ? names : [];
    };
    const onEntry = (applied: AppliedEntry<P>) => {
      if (!applied.refusal && applied.fact.type === 'created') name(applied.fact.objectives.map(({ name }) => name));
      if (applied.effect === 'suggested') open.add(applied.fact.trial);
      if (applied.effect === 'ended') open.delete(applied.fact.trial);
      out.next(applied);
      reporting(applied);
      const broken = failing(applied);
      if (!broken) return;
      running.unsubscribe();
      broken.then(fail, fail);
    };
    const open = new Set<TrialId>();
    const failed = new Set<TrialId>();
    const past = headAtStart(log);
    const failing = watchFailures(log, past, failed);
    const reporting = watchReports('call trial.report(value, step)', past, warn);
    const running = new Subscription();
    out.add(running);
    const fail = (error: unknown) => out.error(error);
    const say = (event: TrialEvent) => {
      if (event.type === 'failed' && isTelling(event)) failed.add(event.trial);
      void log.append(event).catch(fail);
    };
    const end = () => out.complete();
    if (signal?.aborted) return end();
    const abort = () => {
      running.unsubscribe();
      queueMicrotask(end); // a subscriber that aborts on an entry does not keep it from the others
    };
    out.add(
      beforeProcessEnds(() => {
        if (open.size === 0) return;
        warn(
          `the process ends before the study: ${areOpen([...open])}, and the objective waits for what never comes; timeLimit lets such a trial fail`,
        );
      }),
    );
    signal?.addEventListener('abort', abort);
    out.add(() => signal?.removeEventListener('abort', abort));
    running.add(
      runStudy(space, log, { strategy: withEpochs(strategy, { epochs, early, ...settings }), ...settings, onEntry, exclusive: true })
        .pipe(evaluate(objective, evaluating))
        .subscribe({ next: say, error: fail, complete: end }),
    );
  });
  const entries$ = runOnce(space, log, run$);
  let awaited: Promise<OptimizeResult<P, O>> | undefined;
  const result = () => {
    awaited ??= resultOf<P, O>(entries$, given ? AGAIN_IN_A_LOG : AGAIN);
    return awaited;
  };
  const then: Optimization<P, O>['then'] = (resolved, rejected) => result().then(resolved, rejected);
  return Object.assign(entries$, { result, then });
}

/** What to do after a study without a result: in a log, failed trials count. */
const AGAIN = 'correct the objective and run it again';
const AGAIN_IN_A_LOG = 'correct the objective, queue these trials again with "hypertide retry <journal>", and run it again';

/** The same if every trial took too long. */
const TOO_SLOW = 'raise timeLimit, or let the objective end sooner';

/** @param todo what to do if no trial has a result. */
const resultOf = <P, O extends string>(entries$: Observable<AppliedEntry<P>>, todo: string): Promise<OptimizeResult<P, O>> =>
  new Promise((resolve, reject) => {
    let last: Progress<P> | undefined;
    const ended = rowsOfEnded<P>();
    const rows = new TrialRows<P>();
    let objectives: Created['objectives'] = [];
    let failures: readonly Failure[] = [];
    const keep = (entry: AppliedEntry<P>) => {
      rows.apply(entry);
      if (!entry.refusal && entry.fact.type === 'created') objectives = entry.fact.objectives;
      for (const { trial, status, reason = 'error', message = '', trace } of ended(entry))
        if (status === 'failed') failures = withFailure(failures, omitUndefined({ trial, reason, message, trace }));
    };
    entries$.pipe(tap(keep), progress()).subscribe({
      next: (state) => {
        last = state;
      },
      error: reject,
      complete: () => {
        const result = resultFrom(last, frontAmong(rows, objectives), failures);
        if (result.reason !== 'aborted' && result.failed > 0 && result.completed + result.stopped === 0)
          reject(
            new NoResultError(
              `no trial has a result, as all ${result.failed} failed`,
              failures,
              failures.every(({ reason }) => reason === 'timeout') ? TOO_SLOW : todo,
            ),
          );
        else resolve(result as OptimizeResult<P, O>); // the study refuses values by other names
      },
    });
  });

function resultFrom<P>(
  { best, closed, completed, stopped, failed }: Partial<Progress<P>> = {},
  front: OptimizeResult<P>['front'],
  failures: readonly Failure[],
): OptimizeResult<P> {
  return omitUndefined({
    best,
    front,
    reason: closed ?? 'aborted',
    completed: completed ?? 0,
    stopped: stopped ?? 0,
    failed: failed ?? 0,
    failures,
  });
}
