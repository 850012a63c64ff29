import type { FeatureLayout } from './gaps.ts';

/**
 * How coordinates are bent before the kernel sees them: each by the distribution function of Kumaraswamy (1980), which is close to a beta
 * distribution's (Snoek, Swersky, Zemel & Adams, "Input warping for Bayesian optimization of non-stationary functions", ICML 2014).
 *
 *     w(x) = 1 - (1 - x^a)^b
 */
export interface Warp {
  /** One per ordered column, as `b`. */
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** Slopes at the ends of the range may be infinite. */
const MARGIN = 1e-9;
const inside = (x: number): number => Math.min(Math.max(x, MARGIN), 1 - MARGIN);

export const warpCoordinate = (x: number, a: number, b: number): number => (x <= 0 ? 0 : x >= 1 ? 1 : 1 - (1 - x ** a) ** b);

/** dw/dx */
export function warpSlope(x: number, a: number, b: number): number {
  const u = inside(x);
  return a * b * u ** (a - 1) * (1 - u ** a) ** (b - 1);
}

/** dw/d(log a) */
export function warpByLogA(x: number, a: number, b: number): number {
  const u = inside(x);
  return a * b * (1 - u ** a) ** (b - 1) * u ** a * Math.log(u);
}

/** dw/d(log b) */
export function warpByLogB(x: number, a: number, b: number): number {
  const rest = 1 - inside(x) ** a;
  return -b * rest ** b * Math.log(rest);
}

/** Writes rows of features as the kernel sees them. */
export function warpRows(
  { width, ordered }: FeatureLayout,
  { a, b }: Warp,
  rows: Float64Array,
  count: number,
  out: Float64Array,
  outAt = 0,
): void {
  for (let i = 0, at = 0; i < count; i++) {
    for (let c = 0; c < width; c++, at++) out[outAt + at] = c < ordered ? warpCoordinate(rows[at]!, a[c]!, b[c]!) : rows[at]!;
  }
}
