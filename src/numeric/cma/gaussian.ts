import { symmetricEigen } from '../eigen.ts';
import { dot, norm } from '../vectors.ts';
import type { CmaParameters } from './parameters.ts';

export type Vector = readonly number[];
export type Matrix = readonly Vector[];

/** The normal distribution that a CMA-ES samples, N(mean, sigma^2 C), and the evolution paths that adapt it. */
export interface Gaussian {
  readonly mean: Vector;
  readonly sigma: number;
  /** C. */
  readonly covariance: Matrix;
  /** C = B D^2 B^T: the axes of the ellipsoid as columns of B, and their lengths D. */
  readonly vectors: Matrix;
  readonly lengths: Vector;
  /** p_sigma and p_c. */
  readonly stepPath: Vector;
  readonly covariancePath: Vector;
  readonly generation: number;
}

/** The distribution with another covariance. */
export function withCovariance(law: Gaussian, covariance: Matrix): Gaussian {
  const { values, vectors } = symmetricEigen(covariance);
  const least = Math.max(...values) * SINGULAR;
  return { ...law, covariance, vectors, lengths: values.map((value) => Math.sqrt(Math.max(value, least))) };
}

/** Eigenvalues below this share of the largest are rounding errors. */
const SINGULAR = 1e-20;

/** The initial distribution. */
export function gaussian(mean: Vector, sigma: number, covariance: Matrix): Gaussian {
  const zero = mean.map(() => 0);
  return withCovariance(
    { mean, sigma, covariance, vectors: [], lengths: [], stepPath: zero, covariancePath: zero, generation: 0 },
    covariance,
  );
}

export const diagonal = (variances: Vector): Matrix => variances.map((v, i) => variances.map((_, j) => (i === j ? v : 0)));

/** y = B D z: a step from N(0, C), where z is one from N(0, I). */
export function stepAt({ vectors, lengths }: Gaussian, z: Vector): number[] {
  const stretched = lengths.map((length, k) => length * z[k]!);
  return vectors.map((row) => dot(row, stretched));
}

/** C^(-1/2) y = B D^-1 B^T y. */
export function whitened({ vectors, lengths }: Gaussian, y: Vector): number[] {
  const z = lengths.map((length, k) => vectors.reduce((sum, row, i) => sum + row[k]! * y[i]!, 0) / length);
  return vectors.map((row) => dot(row, z));
}

/**
 * A step that the distribution did not draw (a late result, or one of another strategy), shortened to the length of one that it might have drawn:
 * Hansen, "Injecting external solutions into CMA-ES" (arXiv:1110.4181).
 */
export function clippedStep(law: Gaussian, y: Vector): Vector {
  const n = y.length;
  const most = Math.sqrt(n) + (2 * n) / (n + 2);
  const length = norm(whitened(law, y));
  return length > most ? y.map((v) => (v * most) / length) : y;
}

/**
 * The distribution after a generation.
 *
 * @param steps y = (x - mean) / sigma of its results, the best first; as many as the population.
 */
export function adaptGaussian(law: Gaussian, parameters: CmaParameters, steps: readonly Vector[]): Gaussian {
  const { weights, selectionMass, pathDecay, damping, covariancePathDecay, normalLength, dimension } = parameters;
  const selected = law.mean.map((_, i) => steps.reduce((sum, y, k) => sum + Math.max(0, weights[k]!) * y[i]!, 0)); // y_w (41)
  const inwards = whitened(law, selected);
  const gain = Math.sqrt(pathDecay * (2 - pathDecay) * selectionMass);
  const stepPath = law.stepPath.map((p, i) => (1 - pathDecay) * p + gain * inwards[i]!); // (43)
  const length = norm(stepPath);
  const expected = Math.sqrt(1 - (1 - pathDecay) ** (2 * (law.generation + 1)));
  const still = length / expected < (1.4 + 2 / (dimension + 1)) * normalLength; // h_sigma
  const covariancePath = law.covariancePath.map(
    (p, i) =>
      (1 - covariancePathDecay) * p +
      (still ? Math.sqrt(covariancePathDecay * (2 - covariancePathDecay) * selectionMass) * selected[i]! : 0), // (45)
  );
  const moved: Gaussian = {
    ...law,
    mean: law.mean.map((m, i) => m + law.sigma * selected[i]!), // (42)
    sigma: law.sigma * Math.exp(Math.min(1, (pathDecay / damping) * (length / normalLength - 1))), // (44)
    stepPath,
    covariancePath,
    generation: law.generation + 1,
  };
  return withCovariance(moved, adaptedCovariance(law, parameters, steps, covariancePath, still));
}

/** The covariance after a generation (47), with its rank-one and rank-mu updates. */
function adaptedCovariance(law: Gaussian, parameters: CmaParameters, steps: readonly Vector[], path: Vector, still: boolean): Matrix {
  const { weights, covariancePathDecay, rankOne, rankMu, dimension } = parameters;
  const lost = still ? 0 : rankOne * covariancePathDecay * (2 - covariancePathDecay);
  const kept = 1 + lost - rankOne - rankMu * weights.reduce((sum, w) => sum + w, 0);
  const shares = steps.map((y, k) => {
    const w = weights[k]!;
    return rankMu * (w >= 0 ? w : (w * dimension) / Math.max(norm(whitened(law, y)) ** 2, Number.MIN_VALUE)); // (46)
  });
  const at = (i: number, j: number) =>
    kept * law.covariance[i]![j]! + rankOne * path[i]! * path[j]! + steps.reduce((sum, y, k) => sum + shares[k]! * y[i]! * y[j]!, 0);
  const rows = law.mean.map(() => new Array<number>(dimension).fill(0));
  for (let i = 0; i < dimension; i++) for (let j = 0; j <= i; j++) rows[i]![j] = rows[j]![i] = at(i, j);
  return rows;
}
