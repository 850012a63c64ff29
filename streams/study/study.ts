/// <reference lib="esnext.disposable" preserve="true" />
import type { Observable } from 'rxjs';
import type { CloseReason, Enqueued, FailureReason, ProposedFact, Values } from '../../src/facts/facts.ts';
import type { Importances } from '../../src/insight/importance/importances.ts';
import type { Recommendation } from '../../src/insight/recommendation/recommendation.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { Changes } from '../../src/study/intents.ts';
import type { Annotation, CompletedRow, TrialRow } from '../../src/study/trials.ts';
import type { Why } from '../explanation/why.ts';
import type { ExampleEvaluation, Told, Valued } from '../objective.ts';
import type { Failure } from './port/noResult.ts';
import type { ClaimedTrial } from './port/port.ts';

/** The result of a study. */
export interface StudyResult<P, O extends string = string> {
  /** The best trial; of several objectives, by the first. Absent if no trial was completed. */
  readonly best?: CompletedRow<P, O>;
  /** The trials that no other dominates, by the first objective. With one objective these are the best one and its equals. */
  readonly front: readonly CompletedRow<P, O>[];
  /** Why the study ended; `aborted` if its handle was closed, or its signal aborted, before. */
  readonly reason: CloseReason | 'aborted';
  /** How many trials ended this way, including those of earlier runs on the same log. */
  readonly completed: number;
  readonly stopped: number;
  readonly failed: number;
  /** The last ten trials that failed, and why. */
  readonly failures: readonly Failure[];
}

/**
 * A study, wherever it runs: in this process, from a journal, on a NATS server or behind HTTP. Its log tells everything that happened, as `entries$`;
 * everything else is computed from that.
 *
 * `for await (const trial of study)` iterates over the trials as they end, past ones first, and `await using` closes the study.
 *
 * @typeParam P the type of configurations
 * @typeParam O the names of the objectives
 */
export interface Study<P, O extends string = string> extends AsyncIterable<TrialRow<P, O>>, AsyncDisposable {
  /**
   * The entries of the log and what each did. Every subscriber gets all of them, from the first one on, and new ones as they come. Completes when the
   * study runs here no longer.
   *
   * @example
   * study.entries$.pipe(best()).subscribe(({ params, values }) => console.log(values, params));
   */
  readonly entries$: Observable<AppliedEntry<P, O>>;
  /**
   * Resolves when the log so far has been read. You need not wait for it.
   *
   * @throws what keeps the study from running, such as MismatchError if the log belongs to another study.
   */
  ready(): Promise<void>;
  /**
   * Claims the next trial, for you to evaluate. It waits while the strategy waits, and while `parallel` trials are open.
   *
   * @param options `fixed`: values that the trial must have; the strategy chooses the other parameters, and learns from the result. The log has the
   * ask as an `enqueued` fact. `signal`: ends the wait; the ask then rejects with its reason.
   * @returns undefined when the study is over; with `fixed`, also if no new configuration may begin.
   * @throws NoResultError if no trial has a result and three failed alike, or ten in any way; what the study throws; RefusedError if fixed values do
   * not fit the space, or if trials that only an ask without fixed values gets, such as those of an earlier process, use up `parallel`.
   * @example
   * const trial = await study.ask({ fixed: { model: 'svm' } });
   */
  ask(options?: {
    readonly fixed?: Partial<P> | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<ClaimedTrial<P> | undefined>;
  /**
   * Tells the result of a trial: the value of the first objective, or more. If one of its reports was answered with `stop`, the trial counts as
   * stopped, and its last report is its result: the told value belongs to another step, so it cannot be compared with others at the budget.
   *
   * @param result in a study of examples, the study computes the value: leave it out, or give what else is to be kept.
   * @throws RefusedError if it does not count.
   */
  tell(trial: TrialId, result?: Told<O>): Promise<void>;
  /** Tells that a trial has no result. @throws RefusedError if it does not count. */
  fail(trial: TrialId, reason?: FailureReason, message?: string, trace?: string): Promise<void>;
  /**
   * Reports a value at a step, as `report` in an objective does.
   *
   * @param step default: the step after the last one
   * @returns whether the trial should stop. If so, call `stopped`, or `tell`, which then does the same.
   * @throws RefusedError if it does not count.
   */
  report(trial: TrialId, values: Valued<O>, step?: number, metrics?: Values): Promise<{ readonly stop: boolean }>;
  /**
   * Reports the result of an example, in a study of examples. The value of the trial is the mean of its results, which `tell` needs no more.
   *
   * @param example its place in the list, from 0, or its name.
   * @param result the metrics of a trial are the sums of these, and its outcome constraints the means.
   * @returns whether the trial should stop. If so, call `stopped`, or `tell`, which then does the same.
   * @throws RefusedError if it does not count.
   * @example
   * const study = createStudy(prompt, { examples: questions.length, objectives: { score: 'maximize' }, trials: 100 });
   * for (let next = await study.ask(); next; next = await study.ask()) {
   *   for (const place of next.examples ?? questions.keys()) {
   *     const { stop } = await study.reportExample(next.trial, place, await scoreOf(next.params, questions[place]!));
   *     if (stop) break;
   *   }
   *   await study.tell(next.trial);
   * }
   */
  reportExample(trial: TrialId, example: number | string, result: ExampleEvaluation<O>): Promise<{ readonly stop: boolean }>;
  /** Tells that a trial was stopped. Its last report is its result. @throws RefusedError if it does not count. */
  stopped(trial: TrialId): Promise<void>;
  /**
   * Adds a configuration to try next. If the limit of trials leaves no room for it, the limit is raised.
   *
   * @param more `rest: 'strategy'`: the strategy chooses missing parameters. Default: they are drawn from their priors.
   * @throws RefusedError if it does not fit the space, or would never be tried because the study has ended for another reason than its limit of trials.
   */
  enqueue(params: Partial<P>, more?: Pick<Enqueued, 'rest'>): Promise<void>;
  /**
   * Proposes a configuration for the stage `external` of that name; missing parameters are drawn.
   *
   * @param more `seconds`: until it expires; `note`: why it is proposed, for people.
   * @throws RefusedError if it does not fit the space, was tried before, or there is no such proposer.
   * @example
   * const study = createStudy(network, { strategy: chain(external('agent'), random()) });
   * await study.propose('agent', { lr: 0.01 }, { note: 'the learning curve was still falling' });
   */
  propose(proposer: string, params: Partial<P>, more?: Partial<Pick<ProposedFact, 'seconds' | 'note'>>): Promise<void>;
  /**
   * Annotates a trial or, without a trial, the study, with a note in Markdown, labels and a star. What you leave out stays as it is.
   *
   * @throws RefusedError if there is no such trial.
   * @example
   * await study.annotate({ trial: 17, note: 'The loss **jumped** at step 40.', labels: ['odd'], starred: true });
   */
  annotate(about: Annotation & { readonly trial?: TrialId }): Promise<void>;
  /**
   * Changes limits, `parallel`, `priority` or the strategy while the study runs. A higher limit reopens a study that has ended.
   *
   * @throws RefusedError if nothing would change; OptionError, StrategyError for a strategy that does not suit the study.
   * @example
   * await study.change({ more: 20, parallel: 8 });
   */
  change(changes: Changes): Promise<void>;
  /** Lets no new trial begin until `resume`. Open ones continue. @throws RefusedError */
  pause(): Promise<void>;
  /** Ends a pause. @throws RefusedError */
  resume(): Promise<void>;
  /**
   * Stops an open trial: its next report is answered with `stop`, and if it is interrupted it is not tried again.
   *
   * @throws RefusedError if it is not open
   */
  cancel(trial: TrialId): Promise<void>;
  /** Declares a result wrong: strategies treat the trial as failed. @throws RefusedError */
  retract(trial: TrialId): Promise<void>;
  /** The best trial so far; of several objectives, by the first, so see `front`. Undefined without a result. */
  best(): CompletedRow<P, O> | undefined;
  /** The trials that no other trial dominates, by the first objective. With one objective, these are the best trial and those with an equal value. */
  front(): readonly CompletedRow<P, O>[];
  /** All trials so far, including open ones. */
  trials(): readonly TrialRow<P, O>[];
  /**
   * The trial whose configuration to deploy if results are noisy, because the best one is partly luck: of the trials that completed at the highest
   * budget, the one with the best expected value; undefined without a result.
   *
   * @throws RangeError with several objectives: choose from `front`
   * @example
   * const { row, verdict } = study.recommend()!;
   * console.log(row.params, verdict.text);
   */
  recommend(): Recommendation<P, O> | undefined;
  /**
   * How much each parameter matters for an objective, by the results so far; undefined if they are too few.
   *
   * @param objective default: the first one
   * @throws RefusedError if there is no such objective
   */
  importance(objective?: O): Promise<Importances | undefined>;
  /** Why a trial was suggested and, if it was, stopped: recomputed from the log as it was then. @throws RefusedError if there is no such trial */
  why(trial: TrialId): Promise<Why>;
  /**
   * Resolves when the study has ended, and no trial runs any more.
   *
   * @param options `signal`: ends the wait, not the study; the promise then rejects with its reason.
   * @throws NoResultError if trials failed and none has a result; what the study throws.
   */
  result(options?: { readonly signal?: AbortSignal | undefined }): Promise<StudyResult<P, O>>;
  /**
   * Closes the handle: what runs in this process ends, its log is closed, and trials that were claimed with it are handed back. The study can be resumed or
   * opened again.
   */
  close(): Promise<void>;
}
