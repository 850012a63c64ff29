import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { latinHypercubeDesign, smallestDistance } from '../../../src/numeric/sequences/latin.ts';
import { shuffle } from '../../../src/numeric/sequences/permutation.ts';

const key = (seed: number) => rngFor(String(seed), 'latin', 0);

describe('latinHypercube', () => {
  it('holds one point in each slice of each axis', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6 }), fc.nat(), (n, dimension, seed) => {
        const design = latinHypercubeDesign(n, dimension, key(seed));
        for (let axis = 0; axis < dimension; axis++) {
          expect(new Set(design.map((p) => Math.floor(p[axis]! * n))).size).toBe(n);
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('keeps its points farther apart than a plain one does', () => {
    const plain = (seed: number) => {
      const rng = key(seed);
      const slices = [shuffle(20, rng), shuffle(20, rng)];
      return Array.from({ length: 20 }, (_, i) => slices.map((slice) => (slice[i]! + rng()) / 20));
    };
    const mean = (design: (seed: number) => number[][]) =>
      Array.from({ length: 30 }, (_, seed) => Math.sqrt(smallestDistance(design(seed)))).reduce((sum, d) => sum + d, 0) / 30;
    expect(mean((seed) => latinHypercubeDesign(20, 2, key(seed)))).toBeGreaterThan(1.5 * mean(plain));
  });

  it('measures the closest two points', () => {
    expect(
      smallestDistance([
        [0, 0],
        [1, 0],
        [0.4, 0.3],
      ]),
    ).toBeCloseTo(0.25, 15);
  });
});
