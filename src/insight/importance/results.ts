import { normalScores, orderOf } from '../../samplers/budgets/order.ts';
import { RungResults } from '../../samplers/budgets/rungResults.ts';
import type { Point } from '../../space/axis.ts';
import { type Ended, type StrategyEvent, violates } from '../../strategy/messages.ts';

/** A point and its loss, comparable with those of other trials. */
export interface ComparableResult {
  readonly point: Point;
  readonly loss: number;
}

/**
 * The comparable results of a study. If all trials have one budget, these are the losses of completed trials. If budgets differ, each configuration
 * has one result, even if it was stopped: the normal score of its place in the order of all (see `orderOf`).
 *
 * Yields now and then, so that the caller can do other work.
 *
 * @param rungs the budgets at which the study compares trials, ascending; default: the powers of 3
 */
export function* comparableResults(
  facts: readonly StrategyEvent[],
  rungs?: readonly number[],
): Generator<void, readonly ComparableResult[]> {
  const results = new RungResults(rungs);
  for (const [i, fact] of facts.entries()) {
    results.tell(fact);
    if (i % 500 === 0) yield;
  }
  if (!results.differ) return facts.flatMap((fact) => (isResult(fact) ? [{ point: fact.point, loss: fact.losses![0]! }] : []));
  const scores = normalScores(orderOf(results.counted));
  return results.counted.map((configuration) => ({ point: configuration.point, loss: scores.get(configuration)! }));
}

/** Whether a trial was completed, and violates no constraint. */
export const isResult = (fact: StrategyEvent): fact is Ended => fact.type === 'ended' && fact.outcome === 'completed' && !violates(fact);
