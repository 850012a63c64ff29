import { cholesky, choleskyWithJitter, solveLower, solveUpper } from '../cholesky.ts';
import { type Derivatives, derivativeCovariance, derivativePriorVariance, VALUE } from './derivatives.ts';
import { columnDistances, type FeatureLayout } from './gaps.ts';
import { covariances, type Kernel, priorVariance } from './kernel.ts';
import { NUGGET, type TrainingSet } from './likelihood.ts';

/** A Gaussian process, conditioned on observations. Only `addFantasy` changes it. */
export interface Posterior {
  readonly features: FeatureLayout;
  readonly kernel: Kernel;
  /** The number of observations and fantasies. */
  size: number;
  /** How many of them are observed values; derivatives follow. */
  readonly observed: number;
  readonly derivatives: Derivatives | undefined;
  /** Rows of features, with room for fantasies. */
  readonly points: Float64Array;
  /** The lower factor of the covariance, with rows of `stride`. */
  readonly factor: Float64Array;
  readonly stride: number;
  /** The diagonal of the covariance of the observations. */
  readonly diagonal: Float64Array;
  /** The nugget that was added to it. */
  readonly jitter: number;
  /** The inverse covariance times the targets; 0 for fantasies. */
  readonly alpha: Float64Array;
  /** The posterior means at the observations. */
  readonly means: Float64Array;
  readonly scratch: Scratch;
}

interface Scratch {
  readonly gaps: Float64Array;
  readonly slopes: Float64Array;
  readonly row: Float64Array;
  readonly back: Float64Array;
}

/** The noise of derivatives, as a share of their prior variance, since the kernel was fitted without them. */
const DERIVATIVE_NOISE = 1e-4;

/**
 * Conditions a Gaussian process of mean 0 on observations (Rasmussen & Williams 2006, algorithm 2.1).
 *
 * @param fantasies how many fantasies can be added
 * @param before an earlier posterior. If it has the same kernel and the first of these observations, only the other rows are factored, with the
 * same result to the bit.
 * @returns undefined if the covariance cannot be factored
 */
export function posterior(observations: TrainingSet, kernel: Kernel, fantasies = 0, before?: Posterior): Posterior | undefined {
  const { features, size: observed, targets, variances, derivatives } = observations;
  const { width } = features;
  const n = observed + (derivatives?.targets.length ?? 0);
  const stride = n + fantasies;
  const points = new Float64Array(stride * width);
  points.set(observations.points.subarray(0, observed * width));
  derivatives?.at.forEach((i, k) => {
    points.copyWithin((observed + k) * width, i * width, (i + 1) * width);
  });
  const prior = (i: number) =>
    i < observed ? priorVariance(kernel) : derivativePriorVariance(kernel, derivatives!.columns[i - observed]!);
  const diagonal = Float64Array.from({ length: n }, (_, i) =>
    i < observed
      ? prior(i) + kernel.noise + NUGGET + (variances?.[i] ?? 0)
      : prior(i) * (1 + DERIVATIVE_NOISE + kernel.noise / priorVariance(kernel)),
  );
  const scratch: Scratch = {
    gaps: new Float64Array(stride * width),
    slopes: new Float64Array(stride),
    row: new Float64Array(stride),
    back: new Float64Array(stride),
  };
  const alpha = new Float64Array(stride);
  const factor = new Float64Array(stride * stride);
  const gp = { features, kernel, size: n, observed, derivatives, points, factor, stride, diagonal, alpha, scratch };
  const covarianceRows = (matrix: Float64Array, from: number) => {
    for (let i = from; i < n; i++) {
      covarianceRow(gp, points, i * width, i, matrix, i * stride, i < observed ? VALUE : derivatives!.columns[i - observed]!);
      matrix[i * stride + i] = diagonal[i]!;
    }
    return matrix;
  };
  const known = before && isPrefixOf(before, gp) ? before.observed : 0;
  for (let i = 0; i < known; i++) factor.set(before!.factor.subarray(i * before!.stride, i * before!.stride + i + 1), i * stride);
  const grown = known > 0 && cholesky(covarianceRows(factor, known), stride, n, known);
  const jitter = grown ? 0 : choleskyWithJitter(covarianceRows(new Float64Array(stride * stride), 0), stride, n, factor);
  if (Number.isNaN(jitter)) return undefined;
  alpha.set(targets.subarray(0, observed));
  if (derivatives) alpha.set(derivatives.targets, observed);
  solveLower(factor, stride, n, alpha);
  solveUpper(factor, stride, n, alpha);
  // K alpha = targets - noise alpha, so the means at the observations need no further product.
  const means = Float64Array.from({ length: observed }, (_, i) => targets[i]! - (diagonal[i]! - prior(i) + jitter) * alpha[i]!);
  return { ...gp, jitter, means };
}

type Conditioned = Pick<Posterior, 'features' | 'kernel' | 'observed' | 'derivatives' | 'points' | 'scratch'>;

/**
 * Covariances of a row of features with the first `count` observations and fantasies.
 *
 * @param by the column of a derivative, or VALUE
 */
export function covarianceRow(
  { features, kernel, observed, derivatives, points, scratch }: Conditioned,
  x: Float64Array,
  xAt: number,
  count: number,
  out: Float64Array,
  outAt: number,
  by = VALUE,
  slopes?: Float64Array,
): void {
  const { width, ordered } = features;
  columnDistances(features, x, xAt, points, count, scratch.gaps);
  covariances(kernel, scratch.gaps, count, out, outAt, slopes);
  if (!derivatives) return;
  const last = Math.min(count, observed + derivatives.columns.length);
  for (let j = by === VALUE ? observed : 0; j < last; j++) {
    const byOther = j < observed ? VALUE : derivatives.columns[j - observed]!;
    out[outAt + j] = derivativeCovariance(kernel, x, xAt, points, j * width, ordered, by, byOther);
  }
}

/** Whether a posterior has the same kernel and the first of some observations. With jitter it does not count, since the jitter may change. */
function isPrefixOf(before: Posterior, { kernel, points, diagonal, derivatives }: Omit<Posterior, 'jitter' | 'means'>): boolean {
  const { jitter, kernel: by, observed } = before;
  if (jitter > 0 || observed > diagonal.length || before.derivatives || derivatives) return false;
  if (by.noise !== kernel.noise || by.joint !== kernel.joint) return false;
  if (by.additive !== kernel.additive || by.sharpness !== kernel.sharpness) return false;
  const same = (a: Float64Array, b: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) if (a[i] !== b[i]) return false;
    return true;
  };
  const width = kernel.scales.length;
  return (
    same(by.scales, kernel.scales, width) && same(before.diagonal, diagonal, observed) && same(before.points, points, observed * width)
  );
}
