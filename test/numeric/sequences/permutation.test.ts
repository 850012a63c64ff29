import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { permute, shuffle } from '../../../src/numeric/sequences/permutation.ts';

const key = (seed: number) => rngFor(String(seed), 'permutation', 0);
const all = (n: number, seed: number) => Array.from({ length: n }, (_, i) => i).map(permute(n, key(seed)));
const ascending = (a: number, b: number) => a - b;

describe.each([
  ['permute', all],
  ['shuffle', (n: number, seed: number) => shuffle(n, key(seed))],
])('%s', (_, order) => {
  it('is a bijection', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(), (n, seed) => {
        expect(order(n, seed).sort(ascending)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('reaches every order of a few things about equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 4800; seed++) {
      const found = order(4, seed).join();
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0);
    expect(chiSquare).toBeLessThan(49.7); // the 0.999 quantile for 23 degrees of freedom
  });
});

describe('permute', () => {
  it('spreads: each tenth of the range gets its share of any first few places, and neighbours are far apart', () => {
    const n = 1e12;
    const at = permute(n, key(1));
    const places = Array.from({ length: 2000 }, (_, i) => at(i));
    const counts = new Array(10).fill(0);
    for (const place of places) counts[Math.floor((10 * place) / n)]++;
    const chiSquare = counts.reduce((sum, found) => sum + (found - 200) ** 2 / 200, 0);
    expect(chiSquare).toBeLessThan(27.9); // the 0.999 quantile for 9 degrees of freedom
    const steps = places.slice(1).map((place, i) => Math.abs(place - places[i]!) / n);
    expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeCloseTo(1 / 3, 1); // of two uniform numbers
  });

  it('stays exact up to 2^53', () => {
    const n = 2 ** 53;
    const at = permute(n, key(1));
    const ends = Array.from({ length: 5000 }, (_, i) => at(i < 2500 ? i : n - 1 - i));
    expect(ends.every((j) => Number.isInteger(j) && j >= 0 && j < n)).toBe(true);
    expect(new Set(ends).size).toBe(5000);
  });
});
