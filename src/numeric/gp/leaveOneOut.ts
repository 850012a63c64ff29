import { solveLower } from '../cholesky.ts';
import type { Posterior } from './posterior.ts';

/**
 * What a Gaussian process without fantasies or derivatives would predict at each of its observations from all others (Rasmussen & Williams 2006,
 * equation 5.12). It takes about as long as factoring the covariance.
 */
export function leaveOneOutMeans(gp: Posterior, targets: Float64Array): Float64Array {
  const inverse = inverseDiagonal(gp);
  return targets.map((target, i) => target - gp.alpha[i]! / inverse[i]!);
}

/** The sum of the log densities of all observations, each as predicted from the others (equation 5.10). */
export function leaveOneOutLogDensity(gp: Posterior): number {
  return inverseDiagonal(gp).reduce((sum, precision, i) => {
    const error = gp.alpha[i]! / precision;
    return sum + 0.5 * (Math.log(precision / (2 * Math.PI)) - precision * error * error);
  }, 0);
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
