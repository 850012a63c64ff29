import type { Table } from '../numeric/tree.ts';
import { type Axis, active, type Point } from '../space/axis.ts';
import { ABSENT } from './measure.ts';

/** Results as a forest takes them: what they are features of, and the losses. */
export interface Results {
  readonly table: Table;
  readonly encode: (point: Point) => Float64Array;
}

/** Coordinates as features: categories by their number, and one more for where an axis does not exist. */
function encoderOf(axes: readonly Axis[]): (point: Point) => Float64Array {
  const conditional = axes.some(({ when }) => when);
  return (point) => {
    const on = conditional ? active(axes, point) : undefined;
    return Float64Array.from(axes, ({ ordered, levels }, i) => {
      if (on && !on[i]) return ordered ? ABSENT : levels!.count;
      return ordered ? point[i]! : levels!.of(point[i]!);
    });
  };
}

export function resultsOf(axes: readonly Axis[], points: readonly Point[], losses: readonly number[]): Results {
  const encode = encoderOf(axes);
  const rows = points.map(encode);
  return {
    encode,
    table: {
      columns: axes.map((_, i) => Float64Array.from(rows, (row) => row[i]!)),
      categories: axes.map(({ ordered, levels, when }) => (ordered ? 0 : levels!.count + (when ? 1 : 0))),
      targets: Float64Array.from(losses),
    },
  };
}
