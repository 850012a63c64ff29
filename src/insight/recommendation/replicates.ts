import { History } from '../../numeric/history.ts';
import type { Observation } from '../../samplers/bo/observation.ts';
import { conditioningSet } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { hasResult, type StrategyEvent } from '../../strategy/messages.ts';
import { deploymentOrder, resultsByPoint } from './deploymentOrder.ts';
import { type ResultModel, resultModel } from './resultModel.ts';
import { LARGE } from './verdict.ts';

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

/** What the results say about replicates. */
export interface NextReplicates {
  /** The configurations among the best to repeat next, the one that has been repeated least for its place first. */
  readonly points: readonly Point[];
  /** Whether noise may decide which of them is the best: it is large or, as far as the results tell, it may be. */
  readonly areNeeded: boolean;
}

/** @param top how many of the best configurations are repeated */
export function nextReplicates(axes: readonly Axis[], { results, replicates }: Replication, top: number): NextReplicates {
  const known = conditioningSet(results);
  const highest = known.reduce((most, { budget = Number.POSITIVE_INFINITY }) => Math.max(most, budget), 0);
  const sorted = known.filter(({ budget = Number.POSITIVE_INFINITY }) => budget === highest).sort((a, b) => a.value - b.value);
  const points = sorted.map(({ point }) => point);
  const losses = sorted.map(({ value }) => value);
  const model = resultModel(axes, points, losses);
  const repeated = replicates.toArray().map(keyOf);
  const best = deploymentOrder(points, losses, model).slice(0, top);
  const lacking = best.map((index, place) => {
    const point = points[index]!;
    const key = keyOf(point);
    const tries = 1 + repeated.filter((other) => other === key).length;
    return { point, lack: tries / (place < 2 ? FOREMOST : 1) };
  });
  return {
    points: lacking.sort((a, b) => a.lack - b.lack).map(({ point }) => point), // stable: equals stay in the order of deployment
    areNeeded: mayBeNoisy(points, losses, model),
  };
}

/** So many repetitions show whether there is noise. */
const TELLING_REPETITIONS = 2;

/** Whether noise may be large, as in the verdict on a study: neither a model nor repetitions show that it is small. */
function mayBeNoisy(points: readonly Point[], losses: readonly number[], model: ResultModel | undefined): boolean {
  const large = LARGE * (losses[losses.length >> 1]! - losses[0]!);
  if (!(large > 0) || (model && model.residual < large)) return false;
  const repeated = [...resultsByPoint(points, losses).values()].filter(({ length }) => length > 1);
  const repetitions = repeated.reduce((sum, { length }) => sum + length - 1, 0);
  return repetitions < TELLING_REPETITIONS || repeated.some((ascending) => ascending.at(-1)! - ascending[0]! > large);
}
