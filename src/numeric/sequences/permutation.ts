import { index, type Rng } from '../random.ts';
import { hash } from './hash.ts';

/** A random permutation of 0..n-1 as a table (Fisher & Yates). For large n, use `permute`. */
export function shuffle(n: number, rng: Rng): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = index(rng, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

const ROUNDS = 8;

/**
 * A random permutation of 0..n-1 without a table: each element is computed independently, in constant time and memory.
 *
 * An alternating Feistel network on the halves of i = left * columns + right. The few results that are n or more are permuted again, until
 * one is less (cycle walking; Black & Rogaway 2002, Ciphers with arbitrary finite domains).
 *
 * @param n a whole number in [0, 2^53]
 * @param rng draws the keys of the rounds
 */
export function permute(n: number, rng: Rng): (i: number) => number {
  const columns = Math.ceil(Math.sqrt(n));
  const rows = Math.ceil(n / columns);
  const keys = Array.from({ length: ROUNDS }, () => index(rng, 2 ** 32));
  return (i) => {
    let left = Math.floor(i / columns);
    let right = i % columns;
    do {
      for (let round = 0; round < ROUNDS; round += 2) {
        left = (left + hash(right, keys[round]!)) % rows;
        right = (right + hash(left, keys[round + 1]!)) % columns;
      }
    } while (left * columns + right >= n);
    return left * columns + right;
  };
}
