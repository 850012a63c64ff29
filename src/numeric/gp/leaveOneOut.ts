import { solveLower } from '../cholesky.ts';
import type { Posterior } from './posterior.ts';

/** What a Gaussian process says about each of its observations from all others. */
export interface LeftOut {
  /** What it predicts for each. */
  readonly means: Float64Array;
  /** The log density of each. */
  readonly logDensities: Float64Array;
}

/**
 * What a Gaussian process without fantasies or derivatives would predict at each of its observations from all others (Rasmussen & Williams 2006,
 * equations 5.10 to 5.12). It takes about as long as factoring the covariance.
 */
export function leaveOneOut(gp: Posterior, targets: Float64Array): LeftOut {
  const inverse = inverseDiagonal(gp);
  const errors = inverse.map((precision, i) => gp.alpha[i]! / precision);
  const logDensities = inverse.map((precision, i) => 0.5 * (Math.log(precision / (2 * Math.PI)) - precision * errors[i]! * errors[i]!));
  return { means: targets.map((target, i) => target - errors[i]!), logDensities };
}

/** The diagonal of the inverse covariance of the observations: squared columns of the inverse factor. */
function inverseDiagonal({ factor, stride, observed: n }: Posterior): Float64Array {
  const diagonal = new Float64Array(n);
  const column = new Float64Array(n * n);
  for (let i = 0; i < n; i++) column[i * n + i] = 1;
  solveLower(factor, stride, n, column, n, n);
  for (let i = 0; i < n; i++) for (let k = i; k < n; k++) diagonal[i]! += column[i * n + k]! ** 2;
  return diagonal;
}
