/** How a first-order method turns gradients into steps. */
export type UpdateRule = 'momentum' | 'adam';

/** The state of a rule: running means of gradients and of their squares. */
export interface Means {
  readonly count: number;
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

export const zeroMoments = (length: number): Means => ({ count: 0, mean: new Float64Array(length), square: new Float64Array(length) });

const MOMENTUM = 0.9;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * The direction of a step, to be multiplied by the rate and subtracted, and the next state of the rule.
 *
 * `momentum`: a running mean of gradients (Polyak 1964), in units of `scale`. `adam` (Kingma & Ba 2015, algorithm 1): about 1 in each coordinate.
 *
 * @param gradient NaN where unknown: such a coordinate does not move
 * @param scale the size of a gradient whose step is as long as the rate
 */
export function updateDirection(
  rule: UpdateRule,
  { count, mean, square }: Means,
  gradient: Float64Array,
  scale: number,
): { readonly direction: Float64Array; readonly moments: Means } {
  const g = gradient.map((v, i) => (Number.isNaN(v) ? mean[i]! : v));
  const still = (d: Float64Array) => d.map((v, i) => (Number.isNaN(gradient[i]!) ? 0 : v));
  const next = count + 1;
  const beta = rule === 'adam' ? BETA1 : MOMENTUM;
  const m = mean.map((v, i) => beta * v + (1 - beta) * g[i]!);
  const corrected = m.map((v) => v / (1 - beta ** next));
  if (rule === 'momentum') return { direction: still(corrected.map((v) => v / scale)), moments: { count: next, mean: m, square } };
  const s = square.map((v, i) => BETA2 * v + (1 - BETA2) * g[i]! ** 2);
  const adam = corrected.map((v, i) => v / (Math.sqrt(s[i]! / (1 - BETA2 ** next)) + EPSILON * scale));
  return { direction: still(adam), moments: { count: next, mean: m, square: s } };
}

/** (k + 1 + A)^-0.602 relative to its first value, where A is a tenth of the steps (Spall 1998). */
export const rateDecay = (step: number, steps: number): number => ((1 + steps / 10) / (step + 1 + steps / 10)) ** 0.602;

/** The weight of the k-th iterate (from 1) in a running average that forgets the first ones (Shamir & Zhang 2013, polynomial decay, eta 3). */
export const averagingWeight = (k: number): number => (k <= 1 ? 1 : 4 / (k + 3));
