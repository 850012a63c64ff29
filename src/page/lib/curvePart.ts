/** The points of a curve (step, value, step, value, ...) from the last one before a range of steps to the first one after it. */
export function curvePart(curve: readonly number[], low: number, high: number): readonly number[] {
  let from = 0;
  while (from + 2 < curve.length && curve[from + 2]! <= low) from += 2;
  let to = from;
  while (to + 2 < curve.length && curve[to]! < high) to += 2;
  return curve.slice(from, to + 2);
}
