import type { FeatureLayout } from './gaps.ts';

/**
 * A warp of coordinates before the kernel: each by the distribution function of Kumaraswamy (1980), which is close to that of a beta distribution
 * (Snoek, Swersky, Zemel & Adams, "Input warping for Bayesian optimization of non-stationary functions", ICML 2014).
 *
 *     w(x) = 1 - (1 - x^a)^b
 */
export interface Warp {
  /** a and b have one number per ordered column. */
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** Derivatives are evaluated this far inside the range, since they may be infinite at its ends. */
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

/** Writes warped rows of features. */
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
