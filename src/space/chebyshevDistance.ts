import type { Axis, Point } from './axis.ts';

/** The largest difference of two points in an ordered coordinate; Infinity if they differ in an unordered one. */
export function chebyshevDistance(axes: readonly Axis[], a: Point, b: Point): number {
  let largest = 0;
  for (let i = 0; i < axes.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (difference > 0 && !axes[i]!.ordered) return Infinity;
    if (difference > largest) largest = difference;
  }
  return largest;
}
