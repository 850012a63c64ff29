import { predictDifferences } from '../../numeric/gp/predict.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { type Axis, active, type Point } from '../../space/axis.ts';
import type { Space } from '../../space/space.ts';
import { PLACES } from '../importance/coding.ts';
import type { Confidence, Repetition } from './repeats.ts';
import type { ResultModel } from './resultModel.ts';

/** What the worst value of a parameter costs that was tried, with all other parameters as in the configuration to deploy. */
export interface ChoiceCost {
  /** The value in that configuration. */
  readonly value: unknown;
  /** The worst one. */
  readonly other: unknown;
  /** The cost is at least this, more than nine times in ten, in the unit of the objective. Not above 0 where the results do not tell. */
  readonly least: number;
  /** How much worse the objective becomes. Absent where it becomes worse than the median result, since the model does not tell apart such results. */
  readonly cost?: Repetition;
}

/** A value was tried if so many results have it or, of an ordered axis, one within this distance. Where a model extrapolates, its intervals are too narrow. */
const TRIED = { results: 5, distance: 0.1 };
/** Half of all costs lie within so many standard deviations of the model, and nine of ten within so many: it is too certain, see docs/benchmarks.md. */
const [HALF, MOST] = [0.97, 3.44];

/**
 * The costs by parameter. Left out are parameters that the configuration does not have, those on which others depend, since changing them changes these too,
 * and those of which no other value was tried.
 *
 * @param points of the results @param lead by how much the best result is better than the median
 */
export function choiceCosts<P>(
  space: Space<P>,
  model: ResultModel,
  points: readonly Point[],
  best: Point,
  lead: number,
): Readonly<Record<string, ChoiceCost>> {
  const { axes } = space;
  const parents = new Set(axes.map(({ when }) => when?.axis));
  const on = points.map((point) => active(axes, point));
  const worstOf = (axis: Axis, k: number): readonly [string, ChoiceCost][] => {
    const places = points.flatMap((point, i) => (on[i]![k] ? point[k]! : []));
    const isTried = (place: number) => {
      const near = places.filter((other) => (axis.ordered ? Math.abs(other - place) <= TRIED.distance : other === place));
      return near.length >= TRIED.results;
    };
    const others = placesOn(axis)
      .map((place) => space.snap(best.with(k, place)))
      .filter((point) => point[k] !== best[k] && space.feasible(point) && isTried(point[k]!));
    if (others.length === 0) return [];
    const costs = differences(model, best, others);
    const worst = costs.reduce((most, { mean }, i) => (mean > costs[most]!.mean ? i : most), 0);
    const { mean, sd } = costs[worst]!;
    const within = (sds: number): Confidence => [mean - sds * sd, mean + sds * sd];
    const [value, other] = [best, others[worst]!].map((point) => (space.decode(point) as Record<string, unknown>)[axis.name]);
    const cost = mean < lead ? { mean, half: within(HALF), most: within(MOST) } : undefined;
    return [[axis.name, { value, other, least: within(MOST)[0], ...omitUndefined({ cost }) }]];
  };
  const here = active(axes, best);
  return Object.fromEntries(axes.flatMap((axis, k) => (here[k] && !parents.has(k) ? worstOf(axis, k) : [])));
}

const placesOn = ({ ordered, levels }: Axis): readonly number[] =>
  ordered ? PLACES : Array.from({ length: levels!.count }, (_, level) => levels!.at(level));

/** How much more loss a model predicts at some points than at another one. */
function differences({ gp, features, transform }: ResultModel, from: Point, to: readonly Point[]) {
  const rows = new Float64Array((to.length + 1) * features.width);
  for (const [k, point] of [from, ...to].entries()) features.encode(point, rows, k * features.width);
  const scale = 1 / transform.slope(0);
  return predictDifferences(gp, rows, to.length + 1).map(({ mean, variance }) => ({ mean: mean * scale, sd: Math.sqrt(variance) * scale }));
}
