import type { Warp } from './warp.ts';

/**
 * The covariance of the Gaussian process: a Matérn 5/2 with one length-scale per column, plus the main effect of each column alone.
 *
 *     e_c = s_c gap_c,  r = sqrt(5 sum_c e_c)
 *     k   = sigma^2 (1 + r + r^2/3) exp(-r) + (tau^2 / width) sum_c 1 / (1 + c e_c)
 *
 * The first term is the usual one of Bayesian optimisation (Snoek et al. 2012). The second is additive (Duvenaud et al. 2011), with rational
 * quadratic parts: what one parameter does by itself is learnt from few points, whatever the others were.
 */
export interface Kernel {
  /** Inverse squared length-scales s, one per column. */
  readonly scales: Float64Array;
  /** sigma^2 */
  readonly joint: number;
  /** tau^2 */
  readonly additive: number;
  /** c: how much shorter the length-scales of main effects are, squared. */
  readonly sharpness: number;
  /** Variance of the observations' noise. */
  readonly noise: number;
  /** How coordinates are bent, where they are. */
  readonly warp?: Warp;
}

/** The prior variance of the function at any point. */
export const priorVariance = (k: Kernel): number => k.joint + k.additive;

/** Where the logarithms of a kernel's parameters lie behind those of its scales. */
export const JOINT = 0;
export const ADDITIVE = 1;
export const SHARPNESS = 2;
export const NOISE = 3;
export const SHARED = 4;

/**
 * A kernel from the logarithms of its parameters: scales first, then those shared by all columns; then, where coordinates are bent, each a and
 * each b.
 */
export function kernelFromLogs(logs: ArrayLike<number>, width = logs.length - SHARED): Kernel {
  const take = (from: number, count: number) => Float64Array.from({ length: count }, (_, c) => Math.exp(logs[from + c]!));
  const bent = (logs.length - width - SHARED) / 2;
  return {
    scales: take(0, width),
    joint: Math.exp(logs[width + JOINT]!),
    additive: Math.exp(logs[width + ADDITIVE]!),
    sharpness: Math.exp(logs[width + SHARPNESS]!),
    noise: Math.exp(logs[width + NOISE]!),
    ...(bent > 0 && { warp: { a: take(width + SHARED, bent), b: take(width + SHARED + bent, bent) } }),
  };
}

/**
 * The logarithms of a kernel's parameters, for features that may have one more ordered column than at the fit. The new last column has no fitted
 * length-scale yet: it gets 1, and no warp.
 */
export function addColumn(logs: Float64Array, { width, ordered }: { readonly width: number; readonly ordered: number }, bending: boolean) {
  const bent = bending ? ordered : 0;
  if (logs.length === width + SHARED + 2 * bent) return logs;
  const take = (from: number, count: number) => logs.subarray(from, from + count);
  const before = ordered - 1;
  const shared = width - 1 + SHARED;
  const warps = bending ? [...take(shared, before), 0, ...take(shared + before, before), 0] : [];
  return Float64Array.from([...take(0, before), 0, ...logs.subarray(before, shared), ...warps]);
}

/** The same with all length-scales divided by the root of a factor: it knows less of what lies between observations. */
export const shrinkLengthscales = (kernel: Kernel, factor: number): Kernel => ({ ...kernel, scales: kernel.scales.map((s) => s * factor) });

/**
 * Covariances for `count` rows of gaps.
 *
 * @param slopes if given, receives the derivative of the joint term by each e, which is the same for all columns
 */
export function covariances(kernel: Kernel, gaps: Float64Array, count: number, out: Float64Array, outAt = 0, slopes?: Float64Array): void {
  const { scales, joint, sharpness } = kernel;
  const width = scales.length;
  const effect = kernel.additive / width;
  for (let p = 0, at = 0; p < count; p++) {
    let distance = 0;
    let effects = 0;
    for (let c = 0; c < width; c++, at++) {
      const e = scales[c]! * gaps[at]!;
      distance += e;
      effects += 1 / (1 + sharpness * e);
    }
    const r = Math.sqrt(5 * distance);
    const decay = joint * Math.exp(-r);
    out[outAt + p] = (1 + r + (r * r) / 3) * decay + effect * effects;
    if (slopes) slopes[p] = (-5 / 6) * (1 + r) * decay;
  }
}
