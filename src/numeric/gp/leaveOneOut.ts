import { solveLower } from '../cholesky.ts';
import type { Posterior } from './posterior.ts';

/**
 * What a Gaussian process without fantasies or derivatives would predict at each of its observations from all others (Rasmussen & Williams 2006,
 * equation 5.12). It takes about as long as factoring the covariance.
 */
export function leaveOneOutMeans({ factor, stride, observed: n, alpha }: Posterior, targets: Float64Array): Float64Array {
  const inverse = new Float64Array(n); // the diagonal of the inverse covariance: squared columns of the inverse factor
  const column = new Float64Array(n * n);
  for (let i = 0; i < n; i++) column[i * n + i] = 1;
  solveLower(factor, stride, n, column, n, n);
  for (let i = 0; i < n; i++) for (let k = i; k < n; k++) inverse[i]! += column[i * n + k]! ** 2;
  return targets.map((target, i) => target - alpha[i]! / inverse[i]!);
}
