import { History } from '../../numeric/history.ts';
import type { Observation } from '../../samplers/bo/observation.ts';
import { conditioningSet } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { hasResult, type StrategyEvent } from '../../strategy/messages.ts';
import { deploymentOrder } from './deploymentOrder.ts';
import { resultModel } from './resultModel.ts';

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

/** The configurations among the `top` best to repeat next, the one that has been repeated least for its place first. */
export function nextReplicates(axes: readonly Axis[], { results, replicates }: Replication, top: number): Point[] {
  const known = conditioningSet(results);
  const highest = known.reduce((most, { budget = Number.POSITIVE_INFINITY }) => Math.max(most, budget), 0);
  const sorted = known.filter(({ budget = Number.POSITIVE_INFINITY }) => budget === highest).sort((a, b) => a.value - b.value);
  const points = sorted.map(({ point }) => point);
  const model = resultModel(
    axes,
    points,
    sorted.map(({ value }) => value),
  );
  const repeated = replicates.toArray().map(keyOf);
  return deploymentOrder(points, model)
    .slice(0, top)
    .map((index, place) => {
      const point = points[index]!;
      const key = keyOf(point);
      const tries = 1 + repeated.filter((other) => other === key).length;
      return { point, lack: tries / (place < 2 ? FOREMOST : 1) };
    })
    .sort((a, b) => a.lack - b.lack) // stable: equals stay in the order of deployment
    .map(({ point }) => point);
}
