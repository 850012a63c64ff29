import type { Axis, Point } from '../../space/axis.ts';

/** Places on an ordered axis at which results are predicted. */
export const PLACES: readonly number[] = Array.from({ length: 33 }, (_, k) => k / 32);

/** Points as columns of numbers in [0, 1], the input of fANOVA. */
export interface EncodedPoints {
  readonly columns: readonly Float64Array[];
  /** The indices of the columns of each axis. */
  readonly columnsOfAxis: readonly (readonly number[])[];
  /** The places of other axes at which each axis exists; those of a category are its number. */
  readonly conditions: readonly (readonly AxisCondition[])[];
}
export interface AxisCondition {
  readonly axis: number;
  readonly places: readonly number[];
}

/**
 * One column per ordered axis, and a one-hot encoding of categories, as in Optuna, so that shares can be compared with Optuna's. The price: fANOVA
 * treats each column as a parameter, so it averages over combinations that are not a category. A boolean that explains 9 % may get 3 %, a parameter
 * with forty values that explains 35 % may get 7 %, and one with three values may get more than it explains.
 */
export function encodePoints(axes: readonly Axis[], points: readonly Point[]): EncodedPoints {
  const columns: Float64Array[] = [];
  const add = (axis: number, of: (coordinate: number) => number): number =>
    columns.push(Float64Array.from(points, (point) => of(point[axis]!))) - 1;
  const columnsOfAxis = axes.map(({ ordered, levels }, axis) =>
    ordered
      ? [add(axis, (coordinate) => coordinate)]
      : Array.from({ length: levels!.count }, (_, level) => add(axis, (coordinate) => (levels!.of(coordinate) === level ? 1 : 0))),
  );
  const conditionsOf = ({ when }: Axis): readonly AxisCondition[] => {
    if (when === undefined) return [];
    const parent = axes[when.axis]!;
    const places = parent.ordered ? when.levels.map((level) => parent.levels!.at(level)) : when.levels;
    return [...conditionsOf(parent), { axis: when.axis, places }];
  };
  return { columns, columnsOfAxis, conditions: axes.map(conditionsOf) };
}
