import type { Kernel } from './kernel.ts';

/** Observed derivatives of the function. */
export interface Derivatives {
  /** The index of the observation at whose point each derivative was taken. */
  readonly at: Int32Array;
  /** The ordered column of each derivative. */
  readonly columns: Int32Array;
  readonly targets: Float64Array;
}

/** Stands for a value instead of a derivative in `derivativeCovariance`. */
export const VALUE = -1;

/**
 * The covariance of a derivative at x with a value or a derivative at y. Derivatives of a Gaussian process are normal together with its values,
 * and have the derivatives of the kernel for covariances (Solak et al., "Derivative observations in Gaussian process models of dynamic
 * systems", NeurIPS 2003; Wu et al., "Bayesian optimization with gradients", NeurIPS 2017). With e_c = s_c (x_c - y_c)^2 the kernel is a function
 * of e alone, of which
 *
 *     dk/de_c = -5/6 sigma^2 (1 + r) exp(-r) - c (tau^2 / effects) / (1 + c e_c)^2
 *     d2k/de_c de_d = 25/12 sigma^2 exp(-r) + [c = d] 2 c^2 (tau^2 / effects) / (1 + c e_c)^3
 *
 * @param byX a column, or VALUE
 * @param byY a column, or VALUE; not both may be VALUE
 */
export function derivativeCovariance(
  { scales, joint, effect: share, sharpness }: Kernel,
  x: Float64Array,
  xAt: number,
  y: Float64Array,
  yAt: number,
  ordered: number,
  byX: number,
  byY: number,
): number {
  const width = scales.length;
  let distance = 0;
  for (let c = 0; c < width; c++) {
    const difference = x[xAt + c]! - y[yAt + c]!;
    distance += scales[c]! * (c < ordered ? difference * difference : Number(difference !== 0));
  }
  const r = Math.sqrt(5 * distance);
  const decay = joint * Math.exp(-r);
  const column = byX === VALUE ? byY : byX;
  const difference = x[xAt + column]! - y[yAt + column]!;
  const part = 1 / (1 + sharpness * scales[column]! * difference * difference);
  const effect = sharpness * share * part * part;
  const slope = (-5 / 6) * (1 + r) * decay - effect;
  const byColumn = 2 * scales[column]! * difference; // of e, by x; by y it is the opposite
  if (byX === VALUE) return -slope * byColumn;
  if (byY === VALUE) return slope * byColumn;
  const other = x[xAt + byY]! - y[yAt + byY]!;
  const bend = (25 / 12) * decay + (byX === byY ? 2 * effect * sharpness * part : 0);
  return -bend * byColumn * 2 * scales[byY]! * other - (byX === byY ? 2 * scales[byY]! * slope : 0);
}

/** The prior variance of the derivative by a column. */
export const derivativePriorVariance = ({ scales, joint, effect, sharpness }: Kernel, c: number): number =>
  2 * scales[c]! * ((5 / 6) * joint + sharpness * effect);
