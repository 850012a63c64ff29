import { Observable, share } from 'rxjs';
import type { CloseReason } from '../src/facts/facts.ts';
import type { AppliedEntry } from '../src/ledger/appliedEntry.ts';
import type { Space } from '../src/space/space.ts';
import type { TrialRow } from '../src/study/trials.ts';
import { type EvaluateOptions, evaluate, type Objective } from './evaluate.ts';
import type { Log } from './log/log.ts';
import { memoryLog } from './log/memory.ts';
import { type Progress, progress } from './observe.ts';
import type { StudyOptions } from './options.ts';
import type { Strategy } from './strategy.ts';
import { runStudy } from './study.ts';
import { type EpochOptions, withEpochs } from './withEpochs.ts';

export interface OptimizeOptions extends StudyOptions, EpochOptions, Pick<EvaluateOptions, 'timeLimit'> {
  /** Default `auto()`; on a log with a past, that of the log. */
  readonly strategy?: Strategy | undefined;
  /** Where the study is kept; a log with entries is resumed. Default: in memory. */
  readonly log?: Log | undefined;
  /** Ends the study as it stands. Running trials are abandoned; they are retried when the log is resumed. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of a study. */
export interface OptimizeResult<P> {
  /** Absent where no trial was completed. */
  readonly best?: TrialRow<P>;
  readonly reason: CloseReason | 'aborted';
  /** How many trials ended so; those of earlier runs on the same log are counted too. */
  readonly completed: number;
  readonly stopped: number;
  readonly failed: number;
}

/** A study that runs while somebody listens: each entry of its log, and what it did. */
export interface Optimization<P> extends Observable<AppliedEntry<P>> {
  /** Runs it to its end; shares the run with those who listen already. @throws what the study throws. */
  result(): Promise<OptimizeResult<P>>;
}

/**
 * Tunes a function in this process.
 *
 * @param space what may be tried.
 * @param objective the value of a configuration; asynchronous ones run `parallel` at a time.
 * @throws into the stream and from `result`: OptionError, MismatchError where the log is of another study, StalledError, what the strategy throws.
 * @example
 * const { best } = await optimize(space({ x: float(-5, 5) }), ({ x }) => (x - 1) ** 2, { trials: 50 }).result();
 * await optimize(space, train, { epochs: 81, trials: 100 }).result(); // early stopping of a `train` that reports each epoch
 */
export function optimize<P>(space: Space<P>, objective: Objective<P>, options: OptimizeOptions = {}): Optimization<P> {
  const { strategy, epochs, early, log: given, signal, timeLimit, ...settings } = options;
  const [named] = Object.keys(options.objectives ?? {});
  const run$ = new Observable<AppliedEntry<P>>((out) => {
    const log = given ?? memoryLog();
    /** A bare number is the value of the first objective: where the options name none, that of the log. */
    const evaluating = { value: named ?? 'value', ...(timeLimit !== undefined && { timeLimit }) };
    const note = (noted: AppliedEntry<P>) => {
      if (!noted.refusal && noted.fact.type === 'created') evaluating.value = noted.fact.objectives[0]!.name;
      out.next(noted);
    };
    const fail = (error: unknown) => out.error(error);
    const end = () => out.complete();
    if (signal?.aborted) return end();
    signal?.addEventListener('abort', end);
    out.add(() => signal?.removeEventListener('abort', end));
    out.add(
      runStudy(space, withEpochs(strategy, { epochs, early, ...settings }), log, { ...settings, note, exclusive: true })
        .pipe(evaluate(objective, evaluating))
        .subscribe({ next: (event) => void log.append(event).catch(fail), error: fail, complete: end }),
    );
  }).pipe(share());
  return Object.assign(run$, { result: () => resultOf<P>(run$) });
}

const resultOf = <P>(run$: Observable<AppliedEntry<P>>): Promise<OptimizeResult<P>> =>
  new Promise((resolve, reject) => {
    let last: Progress<P> | undefined;
    run$.pipe(progress()).subscribe({
      next: (state) => {
        last = state;
      },
      error: reject,
      complete: () => resolve(resultFrom(last)),
    });
  });

const resultFrom = <P>({ best, closed, completed, stopped, failed }: Partial<Progress<P>> = {}): OptimizeResult<P> => ({
  ...(best && { best }),
  reason: closed ?? 'aborted',
  completed: completed ?? 0,
  stopped: stopped ?? 0,
  failed: failed ?? 0,
});
