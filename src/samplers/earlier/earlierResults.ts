import type { Params } from '../../facts/facts.ts';
import type { Point } from '../../space/axis.ts';
import type { Space } from '../../space/space.ts';
import { crashed, type StrategyEvent, violates } from '../../strategy/messages.ts';
import { bestAndSpread } from '../bo/observations.ts';
import { normalScore, orderOf } from '../budgets/order.ts';
import { RungResults } from '../budgets/rungResults.ts';

/** A configuration that an earlier study tried, as a point of the new space. */
export interface EarlierResult {
  readonly point: Point;
  /** The normal score of its place among the results of its study: lower is better. Studies of different scales can be compared by it. */
  readonly score: number;
}

/** A study whose results are used for another one. */
export interface EarlierFacts {
  readonly space: Space<Params>;
  readonly facts: readonly StrategyEvent[];
  /** The budgets at which it compared trials, ascending. Default: the powers of 3. */
  readonly rungs?: readonly number[] | undefined;
}

/** More results of one study add little, and would outweigh those of shorter studies. */
const MOST_RESULTS = 30;

/**
 * The results of an earlier study for the configurations of a space: its best ones and an evenly spread sample of the others. Configurations that
 * failed by themselves or violate a constraint rank last. Parameters are matched by name, see `Space.closest`.
 */
export function earlierResults(space: Space<unknown>, earlier: EarlierFacts): readonly EarlierResult[] {
  const results = new RungResults(earlier);
  for (const fact of earlier.facts) results.tell(fact);
  const order = orderOf(results.counted);
  const failures = earlier.facts.flatMap((fact) => (fact.type === 'ended' && (crashed(fact) || violates(fact)) ? [fact.point] : []));
  const all = order.length + failures.length;
  const worst = normalScore(order.length + (1 + failures.length) / 2, all);
  const scored: EarlierResult[] = [
    ...order.map(({ configuration: { point }, place }) => ({ point, score: normalScore(place, all) })),
    ...failures.map((point) => ({ point, score: worst })),
  ];
  const placed = scored.flatMap(({ point, score }) => {
    const here = space.closest(earlier.space.decode(point));
    return here ? [{ point: here, score }] : [];
  });
  return placed.length > MOST_RESULTS ? bestAndSpread(placed, MOST_RESULTS) : placed;
}
