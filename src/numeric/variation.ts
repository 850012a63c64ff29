/**
 * Two children of two real numbers in [0, 1]: simulated binary crossover (Deb & Agrawal 1995), in the form whose spread never leaves the
 * bounds (Deb & Agrawal 1999). Each child keeps the law of the distance of its own side; unbounded, their mean is that of the parents.
 *
 * @param eta the distribution index: the larger, the closer children stay to their parents. 0 and more.
 * @param u a uniform number in [0, 1). Up to one half and a little more, children lie between their parents.
 * @returns the child near `a`, then the child near `b`
 */
export function simulatedBinaryCrossover(a: number, b: number, eta: number, u: number): [number, number] {
  const [low, high] = a < b ? [a, b] : [b, a];
  const distance = high - low;
  if (distance < INDISTINCT) return [a, b];
  const middle = (low + high) / 2;
  const below = middle - (spread(1 + (2 * low) / distance, eta, u) * distance) / 2;
  const above = middle + (spread(1 + (2 * (1 - high)) / distance, eta, u) * distance) / 2;
  return a < b ? [clamp(below), clamp(above)] : [clamp(above), clamp(below)];
}

/** Parents closer than this are the same number. */
const INDISTINCT = 1e-14;

/**
 * The spread factor beta: the distance between the children over that between the parents. Its density is (eta + 1) beta^eta / 2 up to 1 and
 * (eta + 1) / (2 beta^(eta + 2)) above, cut off at `limit`, where the child reaches the bound, and scaled to integrate to 1.
 */
export function spread(limit: number, eta: number, u: number): number {
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
  return clamp(x + step);
}

const clamp = (u: number): number => Math.min(1, Math.max(0, u));
