import { cholesky, choleskyWithJitter, solveLower, solveUpper } from '../cholesky.ts';
import { type Derivatives, derivativeCovariance, derivativeVariance, VALUE } from './derivatives.ts';
import { type Features, gaps } from './features.ts';
import { amplitude, covariances, type Kernel } from './kernel.ts';
import { NUGGET, type Observations } from './likelihood.ts';
import { warpRows, warpSlope } from './warp.ts';

/** A Gaussian process that knows its observations. Grown by `believe`; otherwise constant. */
export interface Posterior {
  readonly features: Pick<Features, 'width' | 'ordered'>;
  readonly kernel: Kernel;
  /** Observations and beliefs. */
  size: number;
  /** How many of them are observed values; derivatives are next. */
  readonly observed: number;
  readonly derivatives: Derivatives | undefined;
  /** Rows of features, as the kernel sees them; there is room for beliefs. */
  readonly points: Float64Array;
  /** The lower factor of the covariance, with rows of `stride`. */
  readonly factor: Float64Array;
  readonly stride: number;
  /** Of the covariance of the observations. */
  readonly diagonal: Float64Array;
  /** What had to be added to it. */
  readonly jitter: number;
  /** The inverse covariance times the targets; 0 for beliefs. */
  readonly alpha: Float64Array;
  /** The means of the function at the observations. */
  readonly means: Float64Array;
  readonly scratch: Scratch;
}

interface Scratch {
  readonly gaps: Float64Array;
  readonly slopes: Float64Array;
  readonly row: Float64Array;
  readonly back: Float64Array;
}

/** Variances near an observation cancel; below this, relative to the prior's, they are rounding. */
const VARIANCE_FLOOR = 1e-10;
/** Where a coordinate is bent flat nothing is learnt of a slope along it. */
const FLATTEST = 1e-3;
/** Derivatives are taken with a grain of salt, as a share of their prior variance: the kernel was fitted without them. */
const DERIVATIVE_NOISE = 1e-4;

/**
 * Conditions a Gaussian process of mean 0 on observations (Rasmussen & Williams 2006, algorithm 2.1).
 *
 * @param room for so many beliefs
 * @param before one that may know the first of the observations by the same kernel: then only rows for the others are added to its factor. The
 * result is the same to the bit.
 * @returns undefined where the covariance cannot be factored
 */
export function posterior(observations: Observations, kernel: Kernel, room = 0, before?: Posterior): Posterior | undefined {
  const { features, size: observed, targets, variances, derivatives } = observations;
  const { width } = features;
  const n = observed + (derivatives?.targets.length ?? 0);
  const stride = n + room;
  const points = new Float64Array(stride * width);
  if (kernel.warp) warpRows(features, kernel.warp, observations.points, observed, points);
  else points.set(observations.points.subarray(0, observed * width));
  derivatives?.at.forEach((i, k) => {
    points.copyWithin((observed + k) * width, i * width, (i + 1) * width);
  });
  const prior = (i: number) => (i < observed ? amplitude(kernel) : derivativeVariance(kernel, derivatives!.columns[i - observed]!));
  const diagonal = Float64Array.from({ length: n }, (_, i) =>
    i < observed
      ? prior(i) + kernel.noise + NUGGET + (variances?.[i] ?? 0)
      : prior(i) * (1 + DERIVATIVE_NOISE + kernel.noise / amplitude(kernel)),
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
  const known = before && isStartOf(before, gp) ? before.observed : 0;
  for (let i = 0; i < known; i++) factor.set(before!.factor.subarray(i * before!.stride, i * before!.stride + i + 1), i * stride);
  const grown = known > 0 && cholesky(covarianceRows(factor, known), stride, n, known);
  const jitter = grown ? 0 : choleskyWithJitter(covarianceRows(new Float64Array(stride * stride), 0), stride, n, factor);
  if (Number.isNaN(jitter)) return undefined;
  alpha.set(targets.subarray(0, observed));
  if (derivatives) alpha.set(derivativesSeen(observations, derivatives, kernel), observed);
  solveLower(factor, stride, n, alpha);
  solveUpper(factor, stride, n, alpha);
  // K alpha = targets - noise alpha: the means at the observations cost nothing more.
  const means = Float64Array.from({ length: observed }, (_, i) => targets[i]! - (diagonal[i]! - prior(i) + jitter) * alpha[i]!);
  return { ...gp, jitter, means };
}

/** Derivatives by what the kernel sees. */
function derivativesSeen({ points, features }: Observations, { at, columns, targets }: Derivatives, { warp }: Kernel): Float64Array {
  if (!warp) return targets;
  return targets.map((target, k) => {
    const c = columns[k]!;
    return target / Math.max(warpSlope(points[at[k]! * features.width + c]!, warp.a[c]!, warp.b[c]!), FLATTEST);
  });
}

type Seen = Pick<Posterior, 'features' | 'kernel' | 'observed' | 'derivatives' | 'points' | 'scratch'>;

/** Covariances of what is at a row, as the kernel sees it, with the first `count` observations and beliefs. */
function covarianceRow(
  { features, kernel, observed, derivatives, points, scratch }: Seen,
  x: Float64Array,
  xAt: number,
  count: number,
  out: Float64Array,
  outAt: number,
  by = VALUE,
  slopes?: Float64Array,
): void {
  const { width, ordered } = features;
  gaps(features, x, xAt, points, count, scratch.gaps);
  covariances(kernel, scratch.gaps, count, out, outAt, slopes);
  if (!derivatives) return;
  const last = Math.min(count, observed + derivatives.columns.length);
  for (let j = by === VALUE ? observed : 0; j < last; j++) {
    const byOther = j < observed ? VALUE : derivatives.columns[j - observed]!;
    out[outAt + j] = derivativeCovariance(kernel, x, xAt, points, j * width, ordered, by, byOther);
  }
}

/** Whether a posterior's observations are the first of some others. One that needed jitter may need another by now. */
function isStartOf(before: Posterior, { kernel, points, diagonal, derivatives }: Omit<Posterior, 'jitter' | 'means'>): boolean {
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

/**
 * Adds the belief that a point's outcome will be what is expected now (the kriging believer, Ginsbourger et al. 2010): means stay as they
 * are, and the variance around the point goes.
 *
 * @returns the mean at the point
 */
export function believe(gp: Posterior, x: Float64Array): number {
  const { features, kernel, size: n, stride } = gp;
  if (n === stride) throw new RangeError(`no room for a belief beside ${n} observations and beliefs`);
  const { mean } = predict(gp, x);
  const row = asSeen(gp, x, 1);
  gp.points.set(row, n * features.width);
  covarianceRow(gp, row, 0, n, gp.factor, n * stride);
  const variance = amplitude(kernel) + kernel.noise + NUGGET;
  // A belief on top of another may need more of a nugget than is there.
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

/** Rows as the kernel sees them. */
function asSeen({ features, kernel: { warp } }: Posterior, rows: Float64Array, count: number): Float64Array {
  if (!warp) return rows;
  const out = new Float64Array(count * features.width);
  warpRows(features, warp, rows, count, out);
  return out;
}

export interface Prediction {
  readonly mean: number;
  /** Of the function, without the noise. */
  readonly variance: number;
}

/** The posterior at one row of features. */
export function predict(gp: Posterior, x: Float64Array): Prediction {
  const means = new Float64Array(1);
  const variances = new Float64Array(1);
  predictMany(gp, x, 1, means, variances);
  return { mean: means[0]!, variance: variances[0]! };
}

/** How many rows are predicted at once: enough for the blocked solver, few enough for the cache. */
const BATCH = 64;

/** The posterior at `count` rows of features. */
export function predictMany(gp: Posterior, rows: Float64Array, count: number, means: Float64Array, variances: Float64Array): void {
  const { features, kernel, size: n, factor, stride, alpha } = gp;
  const prior = amplitude(kernel);
  const seen = asSeen(gp, rows, count);
  const block = new Float64Array(Math.min(count, BATCH) * n);
  for (let first = 0; first < count; first += BATCH) {
    const batch = Math.min(BATCH, count - first);
    for (let b = 0; b < batch; b++) {
      covarianceRow(gp, seen, (first + b) * features.width, n, block, b * n);
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

/**
 * The posterior at one row of features, with the derivatives by its coordinates.
 *
 * @param meanSlopes receives one number per ordered column, like `varianceSlopes`
 */
export function predictSlopes(gp: Posterior, x: Float64Array, meanSlopes: Float64Array, varianceSlopes: Float64Array): Prediction {
  const { features, kernel, size: n, points, factor, stride, alpha, scratch } = gp;
  const { scales, sharpness } = kernel;
  const { width, ordered } = features;
  const effect = kernel.additive / width;
  const seen = asSeen(gp, x, 1);
  covarianceRow(gp, seen, 0, n, scratch.row, 0, VALUE, scratch.slopes);
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
    const by = derivatives && i >= observed ? derivatives.columns[i - observed] : undefined; // none for beliefs
    for (let c = 0; c < ordered; c++) {
      const at = i * width + c;
      const part = 1 / (1 + sharpness * scales[c]! * scratch.gaps[at]!);
      const slope =
        by === undefined
          ? 2 * scales[c]! * (seen[c]! - points[at]!) * (scratch.slopes[i]! - sharpness * effect * part * part)
          : derivativeCovariance(kernel, seen, 0, points, i * width, ordered, c, by);
      meanSlopes[c]! += alpha[i]! * slope;
      varianceSlopes[c]! -= 2 * scratch.back[i]! * slope;
    }
  }
  if (kernel.warp) {
    const { a, b } = kernel.warp;
    for (let c = 0; c < ordered; c++) {
      const slope = warpSlope(x[c]!, a[c]!, b[c]!);
      meanSlopes[c]! *= slope;
      varianceSlopes[c]! *= slope;
    }
  }
  const prior = amplitude(kernel);
  return { mean, variance: Math.max(prior - explained, VARIANCE_FLOOR * prior) };
}
