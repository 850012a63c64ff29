import { cholesky, solveLower, solveUpper } from '../cholesky.ts';
import { derivativeCovariance, VALUE } from './derivatives.ts';
import { columnDistances } from './gaps.ts';
import { covariances, effectDistances, priorVariance } from './kernel.ts';
import { NUGGET } from './likelihood.ts';
import { covarianceRow, type Posterior } from './posterior.ts';

/** Near an observation, variances below this share of the prior variance are rounding errors. */
const VARIANCE_FLOOR = 1e-10;

export interface Prediction {
  readonly mean: number;
  /** The variance of the function, without noise. */
  readonly variance: number;
}

/** The posterior at one row of features. */
export function predict(gp: Posterior, x: Float64Array): Prediction {
  const means = new Float64Array(1);
  const variances = new Float64Array(1);
  predictMany(gp, x, 1, means, variances);
  return { mean: means[0]!, variance: variances[0]! };
}

/** The posterior means at `count` rows of features. */
export function meansAt(gp: Posterior, rows: Float64Array, count: number): Float64Array {
  const { features, size: n, alpha } = gp;
  const row = new Float64Array(n);
  return Float64Array.from({ length: count }, (_, k) => {
    covarianceRow(gp, rows, k * features.width, n, row, 0);
    let mean = 0;
    for (let i = 0; i < n; i++) mean += row[i]! * alpha[i]!;
    return mean;
  });
}

/** How many rows are predicted at once: enough for the blocked solver, few enough for the cache. */
const BATCH = 64;

/** The posterior at `count` rows of features. */
export function predictMany(gp: Posterior, rows: Float64Array, count: number, means: Float64Array, variances: Float64Array): void {
  const { features, kernel, size: n, factor, stride, alpha } = gp;
  const prior = priorVariance(kernel);
  const block = new Float64Array(Math.min(count, BATCH) * n);
  for (let first = 0; first < count; first += BATCH) {
    const batch = Math.min(BATCH, count - first);
    for (let b = 0; b < batch; b++) {
      covarianceRow(gp, rows, (first + b) * features.width, n, block, b * n);
      let mean = 0;
      for (let i = 0; i < n; i++) mean += block[b * n + i]! * alpha[i]!;
      means[first + b] = mean;
    }
    solveLower(factor, stride, n, block, batch, n);
    for (let b = 0; b < batch; b++) {
      let explained = 0;
      for (let i = b * n; i < b * n + n; i++) explained += block[i]! * block[i]!;
      variances[first + b] = Math.max(prior - explained, VARIANCE_FLOOR * prior);
    }
  }
}

/** How much larger the function is at rows of features than at the first of them. */
export function predictDifferences(gp: Posterior, rows: Float64Array, count: number): Prediction[] {
  const { features, kernel, size: n, factor, stride, alpha } = gp;
  const { width } = features;
  const covariance = new Float64Array(count * n);
  for (let k = 0; k < count; k++) covarianceRow(gp, rows, k * width, n, covariance, k * n);
  const explained = covariance.slice();
  solveLower(factor, stride, n, explained, count, n);
  const gaps = new Float64Array(width);
  const shared = new Float64Array(1);
  return Array.from({ length: count - 1 }, (_, i) => {
    const at = (i + 1) * n;
    columnDistances(features, rows, (i + 1) * width, rows, 1, gaps);
    covariances(kernel, gaps, 1, shared);
    const prior = 2 * (priorVariance(kernel) - shared[0]!);
    let [mean, variance] = [0, prior];
    for (let j = 0; j < n; j++) {
      mean += (covariance[at + j]! - covariance[j]!) * alpha[j]!;
      variance -= (explained[at + j]! - explained[j]!) ** 2;
    }
    return { mean, variance: Math.max(variance, VARIANCE_FLOOR * prior) };
  });
}

/**
 * The posterior at one row of features, with the derivatives by its coordinates.
 *
 * @param meanSlopes receives the derivatives of the mean by the ordered columns
 * @param varianceSlopes receives those of the variance
 */
export function predictSlopes(gp: Posterior, x: Float64Array, meanSlopes: Float64Array, varianceSlopes: Float64Array): Prediction {
  const { features, kernel, size: n, points, factor, stride, alpha, scratch } = gp;
  const { scales, sharpness, effect } = kernel;
  const { width, ordered } = features;
  const wholes = new Float64Array(width);
  covarianceRow(gp, x, 0, n, scratch.row, 0, VALUE, scratch.slopes);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += scratch.row[i]! * alpha[i]!;
  solveLower(factor, stride, n, scratch.row);
  let explained = 0;
  for (let i = 0; i < n; i++) explained += scratch.row[i]! * scratch.row[i]!;
  scratch.back.set(scratch.row);
  solveUpper(factor, stride, n, scratch.back);
  meanSlopes.fill(0);
  varianceSlopes.fill(0);
  const { observed, derivatives } = gp;
  for (let i = 0; i < n; i++) {
    const by = derivatives && i >= observed ? derivatives.columns[i - observed] : undefined; // undefined for fantasies
    effectDistances(kernel, scratch.gaps, i * width, wholes);
    for (let c = 0; c < ordered; c++) {
      const at = i * width + c;
      const part = 1 / (1 + sharpness * wholes[c]!);
      const slope =
        by === undefined
          ? 2 * scales[c]! * (x[c]! - points[at]!) * (scratch.slopes[i]! - sharpness * effect * part * part)
          : derivativeCovariance(kernel, x, 0, points, i * width, ordered, c, by);
      meanSlopes[c]! += alpha[i]! * slope;
      varianceSlopes[c]! -= 2 * scratch.back[i]! * slope;
    }
  }
  const prior = priorVariance(kernel);
  return { mean, variance: Math.max(prior - explained, VARIANCE_FLOOR * prior) };
}

/**
 * Adds a fantasy: a point whose outcome equals its posterior mean (the kriging believer, Ginsbourger et al. 2010). Means do not change, and the
 * variance near the point falls.
 *
 * @returns the mean at the point
 */
export function addFantasy(gp: Posterior, x: Float64Array): number {
  const { features, kernel, size: n, stride } = gp;
  if (n === stride) throw new RangeError(`no room for a fantasy after ${n} observations and fantasies`);
  const { mean } = predict(gp, x);
  gp.points.set(x, n * features.width);
  covarianceRow(gp, x, 0, n, gp.factor, n * stride);
  const variance = priorVariance(kernel) + kernel.noise + NUGGET;
  // A fantasy at the point of another one may need a larger nugget.
  for (const jitter of [0, 1e-6, 1e-3]) {
    const covariance = gp.factor.slice(n * stride, n * stride + n);
    gp.factor[n * stride + n] = variance * (1 + jitter);
    if (cholesky(gp.factor, stride, n + 1, n)) {
      gp.size = n + 1;
      break;
    }
    gp.factor.set(covariance, n * stride);
  }
  return mean;
}
