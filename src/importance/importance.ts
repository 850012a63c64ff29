import type { Rng } from '../numeric/random.ts';
import { type Axis, active, type Point } from '../space/axis.ts';
import { coded } from './coding.ts';
import { fanova } from './fanova.ts';
import { type GridColumn, pedAnova } from './pedAnova.ts';

/** A result: where it was got, and what it was. */
export interface Result {
  readonly point: Point;
  readonly loss: number;
  readonly budget?: number;
}

/** How much each axis matters, by name; shares that sum to 1. */
export interface AxisImportances {
  /** How many results that is judged by. */
  readonly results: number;
  readonly fanova: Readonly<Record<string, number>>;
  readonly pedAnova: Readonly<Record<string, number>>;
}

/** Cells of a grid on an ordered axis, at most. */
const CELLS = 50;

/**
 * How much each axis matters: for the variation over the whole space (fANOVA), and for being among the best tenth (PED-ANOVA). Results at one
 * budget are compared: the highest that has at least two more than there are axes. Yields now and then.
 *
 * Both say of the same points what Optuna's evaluators do, fANOVA within its spread over seeds. But Optuna's fANOVA is given values where this one
 * is given points, so it does not know a log scale, nor that the ends of a range of integers are as frequent as others; and it leaves out
 * parameters under a condition, so that what these explain is noise to it.
 *
 * @returns nothing where there are too few results, or all are equal.
 */
export function* importances(axes: readonly Axis[], results: readonly Result[], rng: Rng): Generator<void, AxisImportances | undefined> {
  const used = comparable(axes, results);
  if (used.length < axes.length + 2 || used.every(({ loss }) => loss === used[0]!.loss)) return undefined;
  const points = used.map(({ point }) => point);
  const losses = used.map(({ loss }) => loss);
  const exists = points.map((point) => active(axes, point));
  // A coordinate of an axis that does not exist is drawn: whether it exists is for the axis to explain that it hangs on.
  const filled = points.map((point, k) => point.map((coordinate, i) => (exists[k]![i] ? coordinate : rng())));
  const shares = yield* fanova(coded(axes, filled), losses, rng);
  const grids = axes.map((axis, i) => gridOf(axis, points, (k) => exists[k]![i]!, i));
  return { results: used.length, fanova: byName(axes, shares), pedAnova: byName(axes, pedAnova(grids, losses)) };
}

function comparable(axes: readonly Axis[], results: readonly Result[]): readonly Result[] {
  const byBudget = new Map<number, Result[]>();
  for (const result of results) {
    const { budget = Number.POSITIVE_INFINITY } = result;
    const same = byBudget.get(budget);
    if (same) same.push(result);
    else byBudget.set(budget, [result]);
  }
  const budgets = [...byBudget.keys()].sort((a, b) => b - a);
  const enough = budgets.find((budget) => byBudget.get(budget)!.length >= axes.length + 2);
  return enough === undefined ? [] : byBudget.get(enough)!;
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

const byName = (axes: readonly Axis[], shares: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(axes.map(({ name }, i) => [name, shares[i]!]));
