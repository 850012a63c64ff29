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
  /** Work that takes long and that the next answer needs, such as the fit of a model. When it is done, the ask is repeated. */
  work?(state: S): (() => Promise<void>) | undefined;
}

/**
 * The verdict for a chart that has one phase in the middle: each of the others is entered from there, and left to there.
 *
 * @param due the event that is due in the middle, if any
 * @param others the event that enters each other phase, and the one that leaves it
 */
export function verdictAround<Phase extends string, Verdict extends string>(
  due: Verdict | undefined,
  phase: string,
  others: Readonly<Record<Phase, readonly [enters: Verdict, leaves: Verdict]>>,
): Verdict | undefined {
  const own = Object.hasOwn(others, phase) ? others[phase as Phase] : undefined;
  if (own === undefined) return due;
  return due === own[0] ? undefined : own[1];
}
