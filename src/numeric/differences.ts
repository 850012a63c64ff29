/** A value of a function of one variable at a distance from the place in question. */
export interface Sample {
  readonly offset: number;
  readonly value: number;
}

export interface Parabola {
  readonly slope: number;
  /** The second derivative; absent where there were too few samples to tell. */
  readonly curvature?: number;
}

/**
 * The slope, and the curvature, of the parabola through a function's value here and its values at two other places. Where those lie
 * on both sides at the same distance, the slope is the central difference. One sample gives the slope of the secant, none gives nothing.
 */
export function parabola(here: number, samples: readonly Sample[]): Parabola | undefined {
  const [a, b] = samples.filter(({ offset }) => offset !== 0);
  if (!a) return undefined;
  const first = (a.value - here) / a.offset;
  if (!b || a.offset === b.offset) return { slope: first };
  const second = (b.value - here) / b.offset;
  const width = b.offset - a.offset;
  return { slope: (first * b.offset - second * a.offset) / width, curvature: (2 * (second - first)) / width };
}

/** Where to look on a line from `x` within [0, 1]: on both sides of it, or twice on the one side where there is room. */
export const probesAround = (x: number, step: number): readonly [number, number] =>
  x - step < 0 ? [x + step, x + 2 * step] : x + step > 1 ? [x - step, x - 2 * step] : [x - step, x + step];

/**
 * The step of a difference that balances noise against curvature, sqrt(2 noise / curvature), within bounds (after More & Wild,
 * "Estimating derivatives of noisy simulations", 2012). Where the function does not curve upwards, it is the longest one.
 */
export const differenceStep = (noise: number, curvature: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.sqrt((2 * noise) / Math.max(curvature, Number.MIN_VALUE))));
