import { normalScores, orderOf } from '../../samplers/budgets/order.ts';
import { type ComparedConfiguration, RungResults } from '../../samplers/budgets/rungResults.ts';
import type { Point } from '../../space/axis.ts';
import { hasResult, type StrategyEvent } from '../../strategy/messages.ts';

/** A point and its loss, comparable with those of other trials. */
export interface ComparableResult {
  readonly point: Point;
  readonly loss: number;
}

/** The results of a study, and what their losses mean. */
export interface ComparableResults {
  readonly results: readonly ComparableResult[];
  /** How many of them are of configurations that were trained in part. */
  readonly partial: number;
  /** The loss after the whole training that a comparable loss stands for. */
  restore(loss: number): number;
}

/**
 * The comparable results of a study. If all trials have one budget, these are the losses of completed trials. If budgets differ, each configuration
 * has one result, even if it was stopped: the normal score of its place in the order of all (see `orderOf`).
 *
 * Yields now and then, so that the caller can do other work.
 *
 * @param rungs the budgets at which the study compares trials, ascending; default: the powers of 3
 */
export function* comparableResults(facts: readonly StrategyEvent[], rungs?: readonly number[]): Generator<void, ComparableResults> {
  const results = new RungResults({ rungs });
  for (const [i, fact] of facts.entries()) {
    results.tell(fact);
    if (i % 500 === 0) yield;
  }
  if (!results.differ) {
    const completed = facts.flatMap((fact) =>
      fact.type === 'ended' && hasResult(fact) ? [{ point: fact.point, loss: fact.losses![0]! }] : [],
    );
    return { results: completed, partial: 0, restore: (loss) => loss };
  }
  const order = orderOf(results.counted);
  const scores = normalScores(order);
  const known = wholeLosses(order.map(({ configuration }) => configuration));
  return {
    results: results.counted.map((configuration) => ({ point: configuration.point, loss: scores.get(configuration)! })),
    partial: order.length - known.filter(({ isWhole }) => isWhole).length,
    restore: piecewise(
      order.map(({ configuration }) => scores.get(configuration)!),
      known.map(({ loss }) => loss),
    ),
  };
}

/**
 * The losses after the whole training, ascending. A configuration that was trained in part is expected to stay as far behind as it was then: behind the one
 * with the whole training that comes before it in the order, but not behind the one that comes after it.
 */
function wholeLosses(order: readonly ComparedConfiguration[]): readonly { readonly loss: number; readonly isWhole: boolean }[] {
  const highest = order.reduce((most, { top }) => Math.max(most, top), 0);
  const whole = order.filter(({ top }) => top === highest);
  let [passed, loss] = [0, Number.NEGATIVE_INFINITY];
  return order.map(({ top, losses }) => {
    const isWhole = top === highest;
    passed += Number(isWhole);
    const [leader, next] = [whole[Math.max(0, passed - 1)]!, whole[passed]];
    const behind = Math.max(0, losses.get(top)![0]! - (leader.losses.get(top)?.[0] ?? Number.POSITIVE_INFINITY));
    const least = leader.losses.get(highest)![0]! + (isWhole ? 0 : behind);
    loss = Math.max(loss, Math.min(least, next?.losses.get(highest)?.[0] ?? least));
    return { loss, isWhole };
  });
}

/** The function that is linear between some points. @param xs ascending */
function piecewise(xs: readonly number[], ys: readonly number[]): (x: number) => number {
  return (x) => {
    const after = xs.findIndex((other) => other >= x);
    if (after <= 0) return after === 0 ? ys[0]! : ys.at(-1)!;
    const [from, to] = [xs[after - 1]!, xs[after]!];
    return ys[after - 1]! + ((x - from) / (to - from)) * (ys[after]! - ys[after - 1]!);
  };
}
