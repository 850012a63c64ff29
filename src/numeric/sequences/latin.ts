import type { Rng } from '../random.ts';
import { shuffle } from './permutation.ts';

const CANDIDATES = 20;
/** The number of coordinate distances that the search may compute: some tens of milliseconds. */
const EFFORT = 2e7;

/**
 * A Latin hypercube of n points (McKay, Beckman & Conover 1979): each of the n equal slices of each axis contains one point, at a random position. Of
 * several random designs it returns the one with the largest minimal distance between points (maximin; Johnson, Moore & Ylvisaker 1990).
 */
export function latinHypercubeDesign(n: number, dimension: number, rng: Rng): number[][] {
  // Comparing all pairs is quadratic, and with many points the designs differ little.
  const candidates = Math.max(1, Math.min(CANDIDATES, Math.floor(EFFORT / (n * n * dimension))));
  let best = design(n, dimension, rng);
  if (candidates === 1) return best;
  let widest = smallestDistance(best);
  for (let k = 1; k < candidates; k++) {
    const next = design(n, dimension, rng);
    const distance = smallestDistance(next);
    if (distance > widest) [best, widest] = [next, distance];
  }
  return best;
}

function design(n: number, dimension: number, rng: Rng): number[][] {
  const slices = Array.from({ length: dimension }, () => shuffle(n, rng));
  return Array.from({ length: n }, (_, i) => slices.map((slice) => (slice[i]! + rng()) / n));
}

/** The squared distance of the closest two points. */
export function smallestDistance(points: readonly (readonly number[])[]): number {
  let least = Number.POSITIVE_INFINITY;
  points.forEach((a, i) => {
    for (let j = 0; j < i; j++) least = Math.min(least, squaredDistance(a, points[j]!));
  });
  return least;
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return sum;
}
