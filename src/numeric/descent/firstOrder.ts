/** How a first-order method turns gradients into steps. */
export type UpdateRule = 'plain' | 'momentum' | 'adam';

/** The state of a rule: running means of gradients and of their squares. */
export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

export const zeroMoments = (length: number): Moments => ({ count: 0, mean: new Float64Array(length), square: new Float64Array(length) });

const MOMENTUM = 0.9;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * The direction of a step, to be multiplied by the rate and subtracted, and the next state of the rule.
 *
 * `plain`: the gradient, in units of `scale`. `momentum`: a running mean of gradients (Polyak 1964), in the same units. `adam` (Kingma & Ba
 * 2015, algorithm 1): about 1 in each coordinate.
 *
 * @param gradient NaN where unknown: such a coordinate does not move
 * @param scale the size of a gradient whose step is as long as the rate
 */
export function updateDirection(
  rule: UpdateRule,
  { count, mean, square }: Moments,
  gradient: Float64Array,
  scale: number,
): { readonly direction: Float64Array; readonly moments: Moments } {
  const g = gradient.map((v, i) => (Number.isNaN(v) ? mean[i]! : v));
  const still = (d: Float64Array) => d.map((v, i) => (Number.isNaN(gradient[i]!) ? 0 : v));
  const next = count + 1;
  if (rule === 'plain') return { direction: still(g.map((v) => v / scale)), moments: { count: next, mean: g, square } };
  const beta = rule === 'adam' ? BETA1 : MOMENTUM;
  const m = mean.map((v, i) => beta * v + (1 - beta) * g[i]!);
  const corrected = m.map((v) => v / (1 - beta ** next));
  if (rule === 'momentum') return { direction: still(corrected.map((v) => v / scale)), moments: { count: next, mean: m, square } };
  const s = square.map((v, i) => BETA2 * v + (1 - BETA2) * g[i]! ** 2);
  const adam = corrected.map((v, i) => v / (Math.sqrt(s[i]! / (1 - BETA2 ** next)) + EPSILON * scale));
  return { direction: still(adam), moments: { count: next, mean: m, square: s } };
}

/** a / (k + 1 + A)^alpha relative to its first value, where A is a tenth of the steps (Spall 1998). */
export const rateDecay = (step: number, steps: number, alpha: number): number => ((1 + steps / 10) / (step + 1 + steps / 10)) ** alpha;

/**
 * The factor of the learning rate after a step: 1 + h cos, with the angle between the new gradient and the last direction (Baydin et al. 2018, eq. 8).
 */
export function hypergradientFactor(h: number, gradient: Float64Array, lastDirection: Float64Array): number {
  let [product, a, b] = [0, 0, 0];
  for (let i = 0; i < gradient.length; i++) {
    if (Number.isNaN(gradient[i]!)) continue;
    product += gradient[i]! * lastDirection[i]!;
    a += gradient[i]! ** 2;
    b += lastDirection[i]! ** 2;
  }
  return a > 0 && b > 0 ? 1 + (h * product) / Math.sqrt(a * b) : 1;
}

/** The weight of the k-th iterate (from 1) in a running average that forgets the first ones (Shamir & Zhang 2013, polynomial decay, eta 3). */
export const averagingWeight = (k: number): number => (k <= 1 ? 1 : 4 / (k + 3));
