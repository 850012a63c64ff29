import type { Observable } from 'rxjs';
import type { Enqueued, FailureReason, Params, ProposedFact, Values } from '../../src/facts/facts.ts';
import type { Recommendation } from '../../src/insight/recommendation/recommendation.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { Annotation, CompletedRow, TrialRow } from '../../src/study/trials.ts';
import type { Suggestion } from '../engine/directive.ts';
import type { Told, Valued } from '../objective.ts';

/**
 * A study without streams: ask for a trial, evaluate it yourself, and tell the result.
 *
 * @typeParam P the type of configurations
 * @typeParam O the names of the objectives
 */
export interface Study<P, O extends string = string> {
  /**
   * Resolves when the log has been read. You need not wait for it.
   *
   * @throws what keeps the study from running, such as MismatchError if the log belongs to another study.
   */
  ready(): Promise<void>;
  /**
   * Returns the next trial to evaluate. It waits while the strategy waits, and while `parallel` trials are open.
   *
   * @param options `fixed`: values that the trial must have; the strategy chooses the other parameters, and learns from the result. The log has the
   * ask as an `enqueued` fact.
   * @returns undefined when the study is over; with `fixed`, also if no new configuration may begin.
   * @throws NoResultError if no trial has a result and three failed alike, or ten in any way; what the study throws; RefusedError if fixed values do
   * not fit the space, or if trials that only an ask without fixed values gets, such as those of an earlier process, use up `parallel`.
   * @example
   * const trial = await study.ask({ fixed: { model: 'svm' } });
   */
  ask(options?: { readonly fixed?: Params | undefined }): Promise<Suggestion<P> | undefined>;
  /**
   * Tells the result of a trial: the value of the first objective, or more. If one of its reports was answered with `stop`, the trial counts as
   * stopped, and its last report is its result: the told value belongs to another step, so it cannot be compared with others at the budget.
   *
   * @throws RefusedError if it does not count.
   */
  tell(trial: TrialId, result: Told<O>): Promise<void>;
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
  /** Tells that a trial was stopped. Its last report is its result. @throws RefusedError if it does not count. */
  stopped(trial: TrialId): Promise<void>;
  /**
   * Adds a configuration to try next. If the limit of trials leaves no room for it, the limit is raised.
   *
   * @param more `rest: 'strategy'`: the strategy chooses missing parameters. Default: they are drawn from their priors.
   * @throws RefusedError if it does not fit the space, or the study has ended: to continue, create the study again on its log with a higher limit.
   */
  enqueue(params: Params, more?: Pick<Enqueued, 'rest'>): Promise<void>;
  /**
   * Proposes a configuration for the stage `external` of that name; missing parameters are drawn.
   *
   * @param more `seconds`: until it expires; `note`: why it is proposed, for people.
   * @throws RefusedError if it does not fit the space, was tried before, or there is no such proposer.
   * @example
   * const study = createStudy(network, { strategy: chain(external('agent'), random()) });
   * await study.propose('agent', { lr: 0.01 }, { note: 'the learning curve was still falling' });
   */
  propose(proposer: string, params: Params, more?: Partial<Pick<ProposedFact, 'seconds' | 'note'>>): Promise<void>;
  /**
   * Annotates a trial or, without a trial, the study, with a note in Markdown, labels and a star. What you leave out stays as it is.
   *
   * @throws RefusedError if there is no such trial.
   * @example
   * await study.annotate({ trial: 17, note: 'The loss **jumped** at step 40.', labels: ['odd'], starred: true });
   */
  annotate(about: Annotation & { readonly trial?: TrialId }): Promise<void>;
  /**
   * Stops an open trial: its next report is answered with `stop`, and if it is interrupted it is not tried again.
   *
   * @throws RefusedError if it is not open
   */
  cancel(trial: TrialId): Promise<void>;
  /** Declares a result wrong: strategies treat the trial as failed. @throws RefusedError */
  retract(trial: TrialId): Promise<void>;
  /** The best trial so far; of several objectives, by the first, so see `pareto`. Undefined without a result. Like `best$`, it is known once the log has been read. */
  best(): CompletedRow<P, O> | undefined;
  /**
   * The trial whose configuration to deploy if results are noisy, because the best one is partly luck: of the trials that completed at the highest
   * budget, the one with the best expected value; undefined without a result.
   *
   * @throws RangeError with several objectives: choose from `pareto`
   * @example
   * const { row, expected } = study.recommend()!;
   * console.log(row.params, expected?.mean, expected?.sd);
   */
  recommend(): Recommendation<P, O> | undefined;
  /** Emits the best trial, and each one that replaces it. Completes when the study is over. */
  readonly best$: Observable<CompletedRow<P, O>>;
  /** All trials so far, including open ones. */
  trials(): readonly TrialRow<P, O>[];
  /** The trials that no other trial dominates, by the first objective. With one objective, these are the best trial and those with an equal value. */
  pareto(): readonly CompletedRow<P, O>[];
  /** Ends the engine and closes the log. The study can be resumed. */
  close(): Promise<void>;
}

/** A study that takes every command of a person. */
export interface CommandableStudy<P> extends Study<P> {
  /** The state that is computed from the log. */
  readonly ledger: Ledger<P>;
  /** @throws RefusedError */
  submit(intent: Intent): Promise<Submitted>;
}
