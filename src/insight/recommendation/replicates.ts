import { History } from '../../numeric/history.ts';
import type { Observation } from '../../samplers/bo/observation.ts';
import { bestAndSpread, conditioningSet } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { hasResult, type StrategyEvent } from '../../strategy/messages.ts';
import { deploymentOrder, resultsOfEach } from './deploymentOrder.ts';
import { LARGE, showNoise } from './repeats.ts';
import { MOST_RESULTS, resultModel } from './resultModel.ts';

/** The state that replicates depend on, as a fold over facts. */
export interface Replication {
  /** How many configurations were suggested, replicates included. */
  readonly suggested: number;
  readonly results: History<Observation>;
  /** The points of the replicates that were suggested. */
  readonly replicates: History<Point>;
}

export const NO_REPLICATES: Replication = { suggested: 0, results: History.of(), replicates: History.of() };

/** @param by the path of the stage that suggests replicates */
export function withFact(state: Replication, fact: StrategyEvent, by: string): Replication {
  if (fact.type === 'suggested') {
    if (fact.resumes !== undefined) return state;
    const replicates = fact.by === by ? state.replicates.push(fact.point) : state.replicates;
    return { ...state, suggested: state.suggested + 1, replicates };
  }
  if (fact.type === 'reported' || !hasResult(fact)) return state;
  return { ...state, results: state.results.push({ point: fact.point, value: fact.losses![0]!, budget: fact.budget }) };
}

/** The best two are repeated this many times as often as the others of the top, because noise is most likely to decide between these two. */
const FOREMOST = 3;

/**
 * The configurations among the best to repeat next, the one that has been repeated least for its place first.
 *
 * @param top how many of the best configurations are repeated
 * @param ifNeeded none if noise is small
 */
export function nextReplicates(axes: readonly Axis[], { results, replicates }: Replication, top: number, ifNeeded: boolean): Point[] {
  const known = conditioningSet(results);
  const highest = known.reduce((most, { budget = Number.POSITIVE_INFINITY }) => Math.max(most, budget), 0);
  const all = known.filter(({ budget = Number.POSITIVE_INFINITY }) => budget === highest).sort((a, b) => a.value - b.value);
  const repeated = replicates.toArray().map(keyOf);
  const sorted = all.length > MOST_RESULTS ? sampled(all, new Set(repeated)) : all;
  const points = sorted.map(({ point }) => point);
  const losses = sorted.map(({ value }) => value);
  const lead = losses[losses.length >> 1]! - losses[0]!;
  const noisy = showNoise(
    resultsOfEach(points).map((results) => results.map((i) => losses[i]!)),
    lead,
  );
  if (ifNeeded && (!(lead > 0) || noisy === false)) return [];
  const model = resultModel(axes, points, losses);
  if (ifNeeded && noisy === undefined && model && model.residual < LARGE * lead) return [];
  const best = deploymentOrder(points, losses, model).slice(0, top);
  const lacking = best.map((index, place) => {
    const point = points[index]!;
    const key = keyOf(point);
    const tries = 1 + repeated.filter((other) => other === key).length;
    return { point, lack: tries / (place < 2 ? FOREMOST : 1) };
  });
  return lacking.sort((a, b) => a.lack - b.lack).map(({ point }) => point); // stable: equals stay in the order of deployment
}

/** A sample of the results, with all of the configurations that were repeated: otherwise it would have the lucky ones. */
function sampled(sorted: readonly Observation[], repeated: ReadonlySet<string>): Observation[] {
  const sample = new Set(bestAndSpread(sorted, MOST_RESULTS));
  return sorted.filter((one) => sample.has(one) || repeated.has(keyOf(one.point)));
}
