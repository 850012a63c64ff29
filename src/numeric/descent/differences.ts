/** A value of a function of one variable at an offset from x. */
export interface Sample {
  readonly offset: number;
  readonly value: number;
}

/**
 * The slope at x of the parabola through a function's value at x and at two samples. With samples on both sides at the same distance, it is the central
 * difference. One sample gives the slope of the secant, none gives NaN.
 */
export function parabolaSlope(here: number, samples: readonly Sample[]): number {
  const [a, b] = samples.filter(({ offset }) => offset !== 0);
  if (!a) return Number.NaN;
  const first = (a.value - here) / a.offset;
  if (!b || a.offset === b.offset) return first;
  const second = (b.value - here) / b.offset;
  return (first * b.offset - second * a.offset) / (b.offset - a.offset);
}

/** Two points around `x` within [0, 1]: one on each side, or both on the side with room. */
export const stepsAround = (x: number, step: number): readonly [number, number] =>
  x - step < 0 ? [x + step, x + 2 * step] : x + step > 1 ? [x - step, x - 2 * step] : [x - step, x + step];
