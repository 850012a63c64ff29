import { type Axis, active, type Point } from '../../space/axis.ts';

/** The coordinate of an inactive ordered axis. It lies below all others, so a tree can separate those trials. */
const ABSENT = -1;

/**
 * Encodes points as rows of tree features: a coordinate for each ordered axis, the number of the level for each unordered one, with one more
 * category for an inactive axis.
 *
 * @returns a function that writes to the given row, or to a new one
 */
export function featureEncoder(axes: readonly Axis[]): (point: Point, row?: Float64Array) => Float64Array {
  const conditional = axes.some(({ when }) => when);
  return (point, row = new Float64Array(axes.length)) => {
    const on = conditional ? active(axes, point) : undefined;
    for (let i = 0; i < axes.length; i++) {
      const { ordered, levels } = axes[i]!;
      if (on && !on[i]) row[i] = ordered ? ABSENT : levels!.count;
      else row[i] = ordered ? point[i]! : levels!.of(point[i]!);
    }
    return row;
  };
}

/** The number of categories of each feature; 0 for an ordered one. */
export const categoryCounts = (axes: readonly Axis[]): readonly number[] =>
  axes.map(({ ordered, levels }) => (ordered ? 0 : levels!.count + 1));

/** The columns of a table given by its rows. */
export const transpose = (rows: readonly Float64Array[], count: number): readonly Float64Array[] =>
  Array.from({ length: count }, (_, f) => Float64Array.from(rows, (row) => row[f]!));
