import type { Rng } from '../random.ts';
import { shuffle } from './permutation.ts';

/** As fine as the random numbers that scramble it. */
const RESOLUTION_BITS = 32;

/**
 * The Halton sequence (Halton 1960): along axis k the digits of i in the base of the k-th prime, mirrored at the point. Each point is
 * computed from its number alone.
 *
 * Scrambling permutes the digits, leading zeros included, each place on its own (Owen 2017, A randomized Halton algorithm in R): it breaks
 * the long diagonals that the large primes of high dimensions leave, and makes each point uniform on the cube.
 *
 * @param rng draws the permutations; without it the first point is the origin
 * @returns the i-th point, i in [0, 2^32), with coordinates in [0, 1)
 * @example haltonPoints(2)(3) // [0.75, 1 / 9]
 */
export function haltonPoints(dimension: number, rng?: Rng): (i: number) => number[] {
  const axes = primes(dimension).map((base) => {
    const places = Math.ceil(RESOLUTION_BITS / Math.log2(base));
    return { base, digits: Array.from({ length: places }, () => (rng ? shuffle(base, rng) : undefined)) };
  });
  return (i) => axes.map(({ base, digits }) => radicalInverse(i, base, digits));
}

function radicalInverse(i: number, base: number, digits: readonly (readonly number[] | undefined)[]): number {
  let inverse = 0;
  let scale = 1;
  let rest = i;
  for (const permuted of digits) {
    const digit = rest % base;
    rest = (rest - digit) / base;
    scale /= base;
    inverse += scale * (permuted ? permuted[digit]! : digit);
  }
  return inverse;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (!found.some((p) => n % p === 0)) found.push(n);
  return found;
}
