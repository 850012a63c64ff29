import type { Axis, Point } from '../space/axis.ts';

/** Points as columns of numbers in [0, 1], as fANOVA takes them. */
export interface EncodedPoints {
  readonly columns: readonly Float64Array[];
  /** Of each axis, the numbers of its columns. */
  readonly columnsOfAxis: readonly (readonly number[])[];
}

/**
 * An ordered axis is a column of its coordinates; a category is as many columns as it has values, of which one is 1 and the others are 0. Each
 * column then counts as a parameter by itself, over all of whose values the mean is taken, also over those that are no value of the category, or
 * several. That is how Optuna codes them, and the price of shares that can be compared with its: a boolean that explains 9 % may get 3, one of
 * forty values that explains 35 % may get 7, and one of three more than its due.
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
  return { columns, columnsOfAxis };
}
