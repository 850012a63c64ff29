/** A belief about where good values lie, as data: what the functions below return is what a study file holds. */
export type PriorData =
  | { readonly normal: { readonly mean: number; readonly sd: number } }
  | { readonly logNormal: { readonly median: number; readonly sigma: number } }
  | { readonly beta: { readonly a: number; readonly b: number } }
  | { readonly weights: readonly number[] };

/**
 * A normal law, truncated to the range.
 *
 * @param mean in the parameter's own units, also where it is logarithmic; so is `sd`, the standard deviation before truncation, above 0.
 * @example float(0, 1, { prior: normal(0.3, 0.1) })
 */
export const normal = (mean: number, sd: number): PriorData => ({ normal: { mean, sd } });

/**
 * A log-normal law, truncated to the range.
 *
 * @param median in the parameter's own units.
 * @param sigma standard deviation of the natural logarithm: 1 puts two thirds of the mass within a factor e of the median.
 * @example float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) })
 */
export const logNormal = (median: number, sigma: number): PriorData => ({ logNormal: { median, sigma } });

/**
 * A beta law of the place in the range, from 0 at `low` to 1 at `high`, on the parameter's scale (so of the logarithm where it is logarithmic).
 *
 * @param a above 0; the more it is against `b`, the nearer to `high` the values are expected.
 * @example int(1, 8, { prior: beta(2, 5) }) // rather few
 */
export const beta = (a: number, b: number): PriorData => ({ beta: { a, b } });

/**
 * Relative weights of the values, in their order; for a boolean, of false and true. They need not sum to 1.
 *
 * @example choice(['relu', 'tanh', 'gelu'], { prior: weights([3, 1, 1]) })
 */
export const weights = (values: readonly number[]): PriorData => ({ weights: values });
