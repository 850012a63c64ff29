/** A value of a function of one variable at an offset from x. */
export interface Sample {
  readonly offset: number;
  readonly value: number;
}

export interface Parabola {
  readonly slope: number;
  /** The second derivative; undefined with fewer than two samples. */
  readonly curvature?: number;
}

/**
 * The slope and curvature at x of the parabola through a function's value at x and at two samples. With samples on both sides at the same distance,
 * the slope is the central difference. One sample gives the slope of the secant, none gives undefined.
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

/** Two probes around `x` within [0, 1]: one on each side, or both on the side with room. */
export const probesAround = (x: number, step: number): readonly [number, number] =>
  x - step < 0 ? [x + step, x + 2 * step] : x + step > 1 ? [x - step, x - 2 * step] : [x - step, x + step];

/**
 * The step of a difference that balances noise against curvature, sqrt(2 noise / curvature), within bounds (after More & Wild,
 * "Estimating derivatives of noisy simulations", 2012). If the function does not curve upwards, it is the longest step.
 */
export const differenceStep = (noise: number, curvature: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.sqrt((2 * noise) / Math.max(curvature, Number.MIN_VALUE))));
