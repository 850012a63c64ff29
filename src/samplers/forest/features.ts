import { type Axis, active, type Point } from '../../space/axis.ts';

/** Below this, a coordinate stands for an axis that does not exist, so that a tree can split those off. */
const ABSENT = -1;

/**
 * Points as rows of features that a tree takes: coordinates, and categories by their number, with one more for where an axis does not exist.
 * A row may be given to be written to.
 */
export function encoderOf(axes: readonly Axis[]): (point: Point, row?: Float64Array) => Float64Array {
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

/** How many categories each feature has; 0 for an ordered one. */
export const categoriesOf = (axes: readonly Axis[]): readonly number[] =>
  axes.map(({ ordered, levels }) => (ordered ? 0 : levels!.count + 1));

/** The columns of rows. */
export const columnsOf = (rows: readonly Float64Array[], count: number): readonly Float64Array[] =>
  Array.from({ length: count }, (_, f) => Float64Array.from(rows, (row) => row[f]!));
