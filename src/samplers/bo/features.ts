import type { FeatureLayout } from '../../numeric/gp/gaps.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { type Axis, active, type Point } from '../../space/axis.ts';

/** The lowest and the highest of some budgets. */
export type BudgetRange = readonly [lowest: number, highest: number];

/**
 * The encoding of points for a kernel. Columns: first the coordinates of ordered axes; then the features of the levels of unordered axes; then, if
 * budgets differ, the log of the budget; then the level numbers of unordered axes. So levels that are near in their features are alike, and each may
 * still differ from all others.
 */
export interface Features extends FeatureLayout {
  /** The axis whose coordinate or level a column holds; or FEATURE or BUDGET, which are negative. */
  readonly axes: readonly number[];
  /** Writes the features of a snapped point, by default at the highest budget. */
  encode(point: Point, out: Float64Array, at?: number, budget?: number): void;
  /** The columns of the active continuous axes at a snapped point, along which there can be a derivative. */
  continuous(point: Point): number[];
  /** The point behind a row of features. */
  decode(row: Float64Array, at?: number): Point;
}

/** The level number of an inactive unordered axis: a level of its own. */
const ABSENT = -1;
/** Its features, as those of an inactive ordered axis. */
const ABSENT_FEATURE = 0.5;

/** Marks the column of the budget in `Features.axes`. */
export const BUDGET = -1;
/** Marks the columns of features of levels there. */
const FEATURE = -2;

/**
 * The encoding for some axes. `snap` puts an inactive ordered axis in the middle, so two points without it do not differ in it.
 *
 * @param budgets the range of budgets, if they differ
 */
export function features(axes: readonly Axis[], budgets?: BudgetRange): Features {
  const numbers = axes.map((_, i) => i);
  const coordinates = numbers.filter((i) => axes[i]!.ordered);
  const described = numbers.flatMap((i) => (axes[i]!.features?.[0] ?? []).map((_, k) => [i, k] as const));
  const derived = [...described.map(() => FEATURE), ...(budgets ? [BUDGET] : [])];
  const columns = [...coordinates, ...derived, ...numbers.filter((i) => !axes[i]!.ordered)];
  const ordered = coordinates.length + derived.length;
  const joins =
    described.length > 0
      ? Int32Array.from(columns, (i, c) => (i === FEATURE ? columns.indexOf(described[c - coordinates.length]![0]) : c))
      : undefined;
  const height = ([low, high]: BudgetRange, budget: number) => clampUnit(Math.log(budget / low) / Math.log(high / low));
  const conditional = axes.some(({ when, ordered }) => when && !ordered);
  return {
    width: columns.length,
    ordered,
    axes: columns,
    ...(joins && { joins }),
    encode(point, out, at = 0, budget = Number.POSITIVE_INFINITY) {
      const on = conditional ? active(axes, point) : undefined;
      for (let c = 0; c < columns.length; c++) {
        const i = columns[c]!;
        if (i === BUDGET) out[at + c] = height(budgets!, budget);
        else if (i === FEATURE) {
          const [axis, k] = described[c - coordinates.length]!;
          out[at + c] = on && !on[axis] ? ABSENT_FEATURE : axes[axis]!.features![axes[axis]!.levels!.of(point[axis]!)]![k]!;
        } else out[at + c] = c < ordered ? point[i]! : on && !on[i] ? ABSENT : axes[i]!.levels!.of(point[i]!);
      }
    },
    continuous(point) {
      const on = active(axes, point);
      return coordinates.flatMap((i, c) => (on[i] && !axes[i]!.levels ? c : []));
    },
    decode(row, at = 0) {
      const point = new Array<number>(axes.length);
      for (let c = 0; c < columns.length; c++) {
        const [i, x] = [columns[c]!, row[at + c]!];
        if (i >= 0) point[i] = c < ordered ? x : x === ABSENT ? 0.5 : axes[i]!.levels!.at(x);
      }
      return point;
    },
  };
}
