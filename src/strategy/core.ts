import type { Point } from '../space/axis.ts';
import type { Answer, Ask, Reported, StrategyEvent } from './messages.ts';

/**
 * A state that follows from facts alone.
 *
 * @typeParam S the state, which is never changed, only replaced
 * @typeParam F the facts that it takes. Default: those about trials
 */
export interface Fold<S, F = StrategyEvent> {
  readonly start: S;
  /** The state after a fact. It must not change the old one. */
  tell(state: S, fact: F): S;
}

/**
 * A strategy without XState and RxJS: a fold, and pure answers to asks. Its phases are the states of a chart (`machines/chart.ts`), and `drive` joins the
 * two.
 *
 * The phase follows from the state: whichever phase a chart is in, the verdicts on a state lead to the same one. So facts that follow each other cost no
 * more than the fold, and a study that resumes is in the phase that it left.
 *
 * @typeParam Phase the states of its chart in which it answers
 * @typeParam Verdict the events of its chart
 */
export interface Core<S, Phase extends string, Verdict extends string, F = StrategyEvent> extends Fold<S, F> {
  /**
   * What the facts so far mean. It is asked before an answer, until it is undefined or the chart says that it leads nowhere from this phase.
   */
  verdict(state: S, phase: Phase): Verdict | undefined;
  /** One answer for each phase. An answer changes no state. */
  readonly answers: Readonly<Record<Phase, (state: S, ask: Ask) => Answer>>;
  /** Whether the trial that just reported should stop; a text says why, for people. @param state which already includes the report */
  stop?(state: S, reported: Reported): string | boolean | undefined;
  /**
   * Work that takes long, such as the fit of a model. It begins when an answer waits for it: `wait(ask, env.name, 'ready')`. When it is done, the ask is
   * repeated; what it has found is kept outside of the state, as a cache of what follows from the state.
   */
  work?(state: S): (() => Promise<void>) | undefined;
  /** What its model says, for people; undefined if it has none yet. Nothing reads it back. */
  view?(state: S): View | undefined;
}

/** What a model says about points. */
export interface View {
  /** What `at` predicts: a loss, the logarithm of a scaled loss, or the logarithm of g / l, two densities. Less is better. */
  readonly of: 'loss' | 'log loss' | 'log density ratio';
  /** To the model, all losses above it are equal to it. */
  readonly limit?: number;
  at(point: Point): Predicted;
}

/** A prediction at a point. */
export interface Predicted {
  readonly mean: number;
  /** Its standard deviation; absent if the model has none. */
  readonly sd?: number;
}

/**
 * The verdict for a chart that has one phase in the middle: each of the others is entered from there, and left to there to be reconsidered.
 *
 * @param due the event that is due in the middle, if any
 * @param entering the event that enters each of the other phases
 */
export const verdictAround = <Verdict extends string>(
  due: Verdict | undefined,
  phase: string,
  entering: Readonly<Record<string, Verdict>>,
): Verdict | 'reconsidered' | undefined => {
  if (!Object.hasOwn(entering, phase)) return due;
  return due === entering[phase] ? undefined : 'reconsidered';
};
