import type { Rng } from '../../numeric/random.ts';
import { type Axis, active, type Point } from '../../space/axis.ts';
import { encodePoints, PLACES } from './coding.ts';
import { fanova, type Marginal } from './fanova.ts';
import { type GridColumn, pedAnova, pedAnovaIntervals } from './pedAnova.ts';
import type { ComparableResult } from './results.ts';
import type { ShareInterval } from './shares.ts';

/** The importance of each axis, by name: shares that sum to 1. */
export interface AxisImportances {
  /** The number of results. */
  readonly results: number;
  readonly fanova: Readonly<Record<string, number>>;
  readonly pedAnova: Readonly<Record<string, number>>;
  /**
   * How far each share depends on the sample of results: the middle 90 % of the shares by bootstrap samples. It shows variance, not bias: fANOVA
   * credits the strongest axis with a little too much, and an axis without effect often has a share above 0.
   */
  readonly intervals: {
    readonly fanova: Readonly<Record<string, ShareInterval>>;
    readonly pedAnova: Readonly<Record<string, ShareInterval>>;
  };
  /** The loss that the forest predicts at `PLACES` of an ordered axis, or for each category, whatever the other axes are, as far as it exists there. */
  readonly marginals: Readonly<Record<string, readonly Marginal[]>>;
}

/** The fewest results for so many axes. */
export const fewestResults = (axes: number): number => axes + 2;

/** The message if there are none. */
export const tooFewResults = (axes: readonly Axis[]): string =>
  `there are too few results, or all are equal: importance needs at least ${fewestResults(axes.length)}`;

/** The most cells on an ordered axis. */
const CELLS = 50;

/**
 * How much each axis matters: for the variation over the whole space (fANOVA), and for being among the best tenth (PED-ANOVA). Yields now and
 * then.
 *
 * On the same points, both agree with Optuna's evaluators, fANOVA within its spread over seeds. But Optuna's fANOVA gets values instead of points, so
 * it ignores log scales, and that the ends of a range of integers are as frequent as other values; and it leaves out conditional parameters, so that
 * their effect is noise to it.
 *
 * @param results of one budget, or else as `resultsOf` makes them comparable; at least two more than there are axes
 * @returns undefined if there are too few results, or all are equal.
 */
export function* axisImportances(
  axes: readonly Axis[],
  results: readonly ComparableResult[],
  rng: Rng,
): Generator<void, AxisImportances | undefined> {
  if (results.length < fewestResults(axes.length) || results.every(({ loss }) => loss === results[0]!.loss)) return undefined;
  const points = results.map(({ point }) => point);
  const losses = results.map(({ loss }) => loss);
  const exists = points.map((point) => active(axes, point));
  // An inactive axis gets a random coordinate: whether it is active is the effect of its parent.
  const filled = points.map((point, k) => point.map((coordinate, i) => (exists[k]![i] ? coordinate : rng())));
  const { shares, intervals, marginals } = yield* fanova(encodePoints(axes, filled), losses, rng, PLACES);
  const grids = axes.map((axis, i) => gridOf(axis, points, (k) => exists[k]![i]!, i));
  return {
    results: results.length,
    fanova: byName(axes, shares),
    pedAnova: byName(axes, pedAnova(grids, losses)),
    intervals: { fanova: byName(axes, intervals), pedAnova: byName(axes, yield* pedAnovaIntervals(grids, losses, rng)) },
    marginals: byName(axes, marginals),
  };
}

function gridOf({ ordered, levels }: Axis, points: readonly Point[], exists: (trial: number) => boolean, axis: number): GridColumn {
  const count = levels && (!ordered || levels.count <= CELLS) ? levels.count : CELLS;
  const cellOf = (coordinate: number): number => {
    if (levels === undefined) return Math.round(coordinate * (count - 1));
    const level = levels.of(coordinate);
    return count === levels.count ? level : Math.round((level / (levels.count - 1)) * (count - 1));
  };
  return { cells: points.map((point, k) => (exists(k) ? cellOf(point[axis]!) : undefined)), count, ordered };
}

const byName = <T>(axes: readonly Axis[], values: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(axes.map(({ name }, i) => [name, values[i]!]));
