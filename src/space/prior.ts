import { finite, positive } from '../schema/optionRules.ts';
import { checkedBy, fields, nonEmptyListOf, oneKeyOf, type ShapeOf } from './shape.ts';

/** A prior as data: the functions below return it, and study files contain it. */
export const priorShape = oneKeyOf('a mapping such as {"normal": {"median": 0.5, "sigma": 0.1}}', {
  normal: fields({ median: checkedBy(finite), sigma: checkedBy(positive) }, {}),
  logNormal: fields({ median: checkedBy(positive), sigma: checkedBy(positive) }, {}),
  beta: fields({ a: checkedBy(positive), b: checkedBy(positive) }, {}),
  weights: nonEmptyListOf(checkedBy(positive)),
});
export type PriorData = ShapeOf<typeof priorShape>;

/**
 * A normal distribution, truncated to the range.
 *
 * @param median in the parameter's own units, even if it is logarithmic
 * @param sigma the standard deviation before truncation, above 0, in the same units
 * @example float(0, 1, { prior: normal(0.3, 0.1) })
 */
export const normal = (median: number, sigma: number): PriorData => ({ normal: { median, sigma } });

/**
 * A log-normal distribution, truncated to the range.
 *
 * @param median in the parameter's own units
 * @param sigma the standard deviation of the natural logarithm: 1 puts two thirds of the mass within a factor e of the median
 * @example float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) })
 */
export const logNormal = (median: number, sigma: number): PriorData => ({ logNormal: { median, sigma } });

/**
 * A beta distribution of the coordinate: from 0 at `low` to 1 at `high`, on the parameter's scale (so of the logarithm if it is logarithmic).
 *
 * @param a above 0; the larger it is compared to `b`, the nearer to `high` good values are expected
 * @example int(1, 8, { prior: beta(2, 5) }) // rather few layers
 */
export const beta = (a: number, b: number): PriorData => ({ beta: { a, b } });

/**
 * Relative weights of the values, in their order; for a boolean, of false and true. They do not have to sum to 1.
 *
 * @example choice(['relu', 'tanh', 'gelu'], { prior: weights([3, 1, 1]) })
 */
export const weights = (values: readonly number[]): PriorData => ({ weights: values });
