import type { FeatureLayout } from './gaps.ts';

/**
 * The covariance of the Gaussian process: a Matérn 5/2 kernel with one length-scale per column, plus the main effect of each column.
 *
 *     e_c = s_c gap_c,  r = sqrt(5 sum_c e_c)
 *     k   = sigma^2 (1 + r + r^2/3) exp(-r) + (tau^2 / effects) sum_c 1 / (1 + c e_c)
 *
 * The first term is the usual kernel of Bayesian optimisation (Snoek et al. 2012). The second is additive (Duvenaud et al. 2011) with rational
 * quadratic parts: it learns the effect of a single parameter from few points, for any values of the others. Columns that describe one parameter
 * have one main effect, of the sum of their e.
 */
export interface Kernel {
  /** Inverse squared length-scales s, one per column. */
  readonly scales: Float64Array;
  /** sigma^2 */
  readonly joint: number;
  /** tau^2 */
  readonly additive: number;
  /** The part of each main effect in tau^2. */
  readonly effect: number;
  /** As in the layout of the features. */
  readonly joins?: Int32Array | undefined;
  /** c: how much shorter the length-scales of main effects are, squared. */
  readonly sharpness: number;
  /** Variance of the observations' noise. */
  readonly noise: number;
}

/** The prior variance of the function at any point. */
export const priorVariance = (k: Kernel): number => k.joint + k.additive;

/** The positions of the other log parameters after those of the scales. */
export const JOINT = 0;
export const ADDITIVE = 1;
export const SHARPNESS = 2;
export const NOISE = 3;
const SHARED = 4;

/** A kernel from the logs of its parameters: first the scales, then the parameters shared by all columns. */
export function kernelFromLogs(logs: ArrayLike<number>, { width, joins }: Pick<FeatureLayout, 'width' | 'joins'>): Kernel {
  const additive = Math.exp(logs[width + ADDITIVE]!);
  return {
    scales: Float64Array.from({ length: width }, (_, c) => Math.exp(logs[c]!)),
    joint: Math.exp(logs[width + JOINT]!),
    additive,
    effect: additive / (joins ? joins.filter((to, c) => to === c).length : width),
    joins,
    sharpness: Math.exp(logs[width + SHARPNESS]!),
    noise: Math.exp(logs[width + NOISE]!),
  };
}

/**
 * The logarithms of a kernel's parameters, for features that may have one more ordered column than at the fit. The new last column has no fitted
 * length-scale yet: it gets 1.
 */
export function addColumn(logs: Float64Array, { width, ordered }: FeatureLayout): Float64Array {
  if (logs.length === width + SHARED) return logs;
  const before = ordered - 1;
  return Float64Array.from([...logs.subarray(0, before), 0, ...logs.subarray(before)]);
}

/** The kernel with all squared length-scales divided by a factor, which makes it less certain between observations. */
export const shrinkLengthscales = (kernel: Kernel, factor: number): Kernel => ({ ...kernel, scales: kernel.scales.map((s) => s * factor) });

/** Writes the e of the main effect of each column: of the column itself, or the sum of those that join it. */
export function effectDistances({ scales, joins }: Kernel, gaps: Float64Array, at: number, out: Float64Array): void {
  for (let c = 0; c < scales.length; c++) out[c] = scales[c]! * gaps[at + c]!;
  if (!joins) return;
  for (let c = 0; c < scales.length; c++) if (joins[c] !== c) out[joins[c]!]! += out[c]!; // those which join come first
  for (let c = 0; c < scales.length; c++) out[c] = out[joins[c]!]!;
}

/**
 * Covariances for `count` rows of column distances.
 *
 * @param slopes if given, receives the derivative of the joint term by each e, which is the same for all columns
 */
export function covariances(kernel: Kernel, gaps: Float64Array, count: number, out: Float64Array, outAt = 0, slopes?: Float64Array): void {
  const { scales, joint, sharpness, effect, joins } = kernel;
  const width = scales.length;
  const wholes = joins && new Float64Array(width);
  for (let p = 0, at = 0; p < count; p++) {
    let distance = 0;
    let effects = 0;
    if (wholes) effectDistances(kernel, gaps, at, wholes);
    for (let c = 0; c < width; c++, at++) {
      const e = scales[c]! * gaps[at]!;
      distance += e;
      if (!joins) effects += 1 / (1 + sharpness * e);
      else if (joins[c] === c) effects += 1 / (1 + sharpness * wholes![c]!);
    }
    const r = Math.sqrt(5 * distance);
    const decay = joint * Math.exp(-r);
    out[outAt + p] = (1 + r + (r * r) / 3) * decay + effect * effects;
    if (slopes) slopes[p] = (-5 / 6) * (1 + r) * decay;
  }
}
