import { choleskyWithJitter, inverse, logDeterminant, solveLower, solveUpper } from '../cholesky.ts';

import type { Derivatives } from './derivatives.ts';
import { columnDistances, type FeatureLayout } from './gaps.ts';
import { ADDITIVE, covariances, effectDistances, JOINT, kernelFromLogs, NOISE, priorVariance, SHARPNESS } from './kernel.ts';

/** The training data of a Gaussian process, as plain data that can be sent to a thread. */
export interface TrainingSet {
  readonly features: FeatureLayout;
  readonly size: number;
  /** `size` rows of features. */
  readonly points: Float64Array;
  readonly targets: Float64Array;
  /** Known variances of the targets, in addition to the fitted noise. */
  readonly variances?: Float64Array | undefined;
  /** Ignored by the likelihood: kernels are fitted to values only. */
  readonly derivatives?: Derivatives | undefined;
  /**
   * The log of the outcome transform's slope at each observation, which turns a density of targets into one of values; NaN where the value is far above
   * the lowest one. Ignored by the likelihood.
   */
  readonly logSlopes?: Float64Array;
}

/** Keeps covariance matrices of repeated points factorable. */
export const NUGGET = 1e-8;

/** The negative log of a prior density of exp(x), up to a constant, and its derivative by x. */
type Penalty = (x: number) => readonly [value: number, slope: number];

/** For an inverse squared length-scale v: 0.1/v + 0.1 v, which keeps it away from 0 and infinity. */
const scalePenalty: Penalty = (x) => [0.1 * Math.exp(-x) + 0.1 * Math.exp(x), -0.1 * Math.exp(-x) + 0.1 * Math.exp(x)];
/** For variances: Gamma(2, 1). */
const variancePenalty: Penalty = (x) => [Math.exp(x) - x, Math.exp(x) - 1];
/** For the sharpness: log-normal(0, 1). */
const sharpnessPenalty: Penalty = (x) => [0.5 * x * x, x];
/** For the noise: Gamma(1.1, 30). */
const noisePenalty: Penalty = (x) => [30 * Math.exp(x) - 0.1 * x, 30 * Math.exp(x) - 0.1];
const SHARED_PENALTIES = [variancePenalty, variancePenalty, sharpnessPenalty, noisePenalty];

/**
 * The negative log posterior of a kernel's parameters, as a function of their logs: the negative log marginal likelihood (Rasmussen & Williams 2006,
 * eq. 5.8) plus the penalties above; its gradient is eq. 5.9. It is NaN if the matrix cannot be factored.
 *
 * Distances are computed once. The returned function shares buffers between calls, so it is not reentrant.
 */
export function negativeLogPosterior({
  features,
  size: n,
  points,
  targets,
  variances,
}: TrainingSet): (logs: Float64Array, gradient?: Float64Array) => number {
  const { width } = features;
  const pairs = (n * (n - 1)) / 2;
  const pairGaps = new Float64Array(pairs * width);
  for (let i = 1, at = 0; i < n; i++) {
    columnDistances(features, points, i * width, points, i, pairGaps, at);
    at += i * width;
  }
  const covariance = new Float64Array(pairs);
  const slopes = new Float64Array(pairs);
  const matrix = new Float64Array(n * n);
  const factor = new Float64Array(n * n);
  const inverted = new Float64Array(n * n);
  const alpha = new Float64Array(n);
  const wholes = new Float64Array(width);

  return (logs, gradient) => {
    const kernel = kernelFromLogs(logs, features);
    const { scales, sharpness, noise, effect, joins } = kernel;
    covariances(kernel, pairGaps, pairs, covariance, 0, slopes);
    for (let i = 0, p = 0; i < n; i++) {
      for (let j = 0; j < i; j++) matrix[i * n + j] = covariance[p++]!;
      matrix[i * n + i] = priorVariance(kernel) + noise + NUGGET + (variances ? variances[i]! : 0);
    }
    if (Number.isNaN(choleskyWithJitter(matrix, n, n, factor))) return Number.NaN;
    alpha.set(targets);
    solveLower(factor, n, n, alpha);
    solveUpper(factor, n, n, alpha);
    let value = 0.5 * logDeterminant(factor, n, n);
    for (let i = 0; i < n; i++) value += 0.5 * targets[i]! * alpha[i]!;
    for (let i = 0; i < logs.length; i++) value += penaltyOf(i, width)(logs[i]!)[0];
    if (!gradient) return value;

    // dL/dK = (K^-1 - alpha alpha') / 2, and each pair counts twice
    inverse(factor, n, n, inverted, matrix);
    gradient.fill(0);
    let byJoint = 0;
    let byEffects = 0;
    let bySharpness = 0;
    let trace = 0;
    for (let i = 0, p = 0, at = 0; i < n; i++) {
      for (let j = 0; j < i; j++, p++) {
        const weight = inverted[i * n + j]! - alpha[i]! * alpha[j]!;
        const slope = slopes[p]!;
        let effects = 0;
        effectDistances(kernel, pairGaps, at, wholes);
        for (let c = 0; c < width; c++, at++) {
          const gap = pairGaps[at]!;
          const part = 1 / (1 + sharpness * wholes[c]!);
          const bent = effect * part * part;
          if (!joins || joins[c] === c) effects += part;
          gradient[c]! += weight * gap * (slope - sharpness * bent);
          bySharpness -= weight * bent * (scales[c]! * gap);
        }
        byEffects += weight * effects;
        byJoint += weight * (covariance[p]! - effect * effects);
      }
      trace += inverted[i * n + i]! - alpha[i]! * alpha[i]!;
    }
    for (let c = 0; c < width; c++) gradient[c]! *= scales[c]!;
    gradient[width + JOINT] = byJoint + 0.5 * trace * kernel.joint;
    gradient[width + ADDITIVE] = effect * byEffects + 0.5 * trace * kernel.additive;
    gradient[width + SHARPNESS] = bySharpness * sharpness;
    gradient[width + NOISE] = 0.5 * trace * noise;
    for (let i = 0; i < logs.length; i++) gradient[i]! += penaltyOf(i, width)(logs[i]!)[1];
    return value;
  };
}

const penaltyOf = (i: number, width: number): Penalty => (i < width ? scalePenalty : SHARED_PENALTIES[i - width]!);
