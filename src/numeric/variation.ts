import { clampUnit } from './vectors.ts';

/**
 * A child of two real numbers in [0, 1]: simulated binary crossover (Deb & Agrawal 1995), in the form whose spread never leaves the bounds (Deb &
 * Agrawal 1999). It returns the child on the side of `near`; exchange the parents, with the same `u`, for the other child.
 *
 * @param eta the distribution index, 0 or more: the larger, the closer the child stays to its parent.
 * @param u a uniform number in [0, 1). Up to about one half the child lies between its parents, above it beyond `near`.
 */
export function simulatedBinaryCrossover(near: number, far: number, eta: number, u: number): number {
  const distance = Math.abs(far - near);
  if (distance < SAME) return near;
  const room = near < far ? near : 1 - near;
  const half = (spreadFactor(1 + (2 * room) / distance, eta, u) * distance) / 2;
  return clampUnit((near + far) / 2 + (near < far ? -half : half));
}

/** Parents closer than this are treated as equal. */
const SAME = 1e-14;

/**
 * The spread factor beta: the distance between the children over that between the parents. Its density is (eta + 1) beta^eta / 2 up to 1 and
 * (eta + 1) / (2 beta^(eta + 2)) above, cut off at `limit`, where the child reaches the bound, and scaled to integrate to 1.
 */
export function spreadFactor(limit: number, eta: number, u: number): number {
  const mass = 2 - limit ** -(eta + 1);
  const scaled = u * mass;
  return (scaled <= 1 ? scaled : 1 / (2 - scaled)) ** (1 / (eta + 1));
}

/**
 * A number in [0, 1] near another: polynomial mutation (Deb & Goyal 1996), in the form that respects the bounds (Deb & Agrawal 1999).
 *
 * @param eta the distribution index: the mean step is about 1 / (eta + 2) of the range.
 * @param u a uniform number in [0, 1): below one half the step is down.
 */
export function polynomialMutation(x: number, eta: number, u: number): number {
  const power = eta + 1;
  const step =
    u < 0.5 ? (2 * u + (1 - 2 * u) * (1 - x) ** power) ** (1 / power) - 1 : 1 - (2 * (1 - u) + (2 * u - 1) * x ** power) ** (1 / power);
  return clampUnit(x + step);
}
