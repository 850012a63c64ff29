import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { haltonPoints } from '../../../src/numeric/sequences/halton.ts';
import reference from '../../reference/sequences.json' with { type: 'json' };

const key = (seed: number) => rngFor(String(seed), 'halton', 0);

describe('halton', () => {
  it.each(reference.halton)('unscrambled, equals scipy in $dimension dimensions', ({ dimension, points }) => {
    const pointAt = haltonPoints(dimension);
    for (const [i, expected] of Object.entries(points)) {
      pointAt(Number(i)).forEach((x, axis) => {
        expect(x).toBeCloseTo(expected[axis]!, 14);
      });
    }
  });

  it('scrambled, keeps one of any b^m points in a row from a multiple in each of the b^m slices of the axis of base b', () => {
    const pointAt = haltonPoints(4, key(1));
    for (const [axis, base] of [2, 3, 5, 7].entries()) {
      const size = base ** 2;
      const slices = Array.from({ length: size }, (_, i) => Math.floor(pointAt(3 * size + i)[axis]! * size + 1e-9));
      expect(new Set(slices).size).toBe(size);
    }
  });

  it('scrambled, makes each point uniform, the first one too', () => {
    const keys = 2000;
    for (const axis of [0, 1, 4]) {
      const counts = new Array(10).fill(0);
      for (let seed = 0; seed < keys; seed++) counts[Math.floor(10 * haltonPoints(5, key(seed))(0)[axis]!)]++;
      const chiSquare = counts.reduce((sum, n) => sum + (n - keys / 10) ** 2 / (keys / 10), 0);
      expect(chiSquare).toBeLessThan(27.9); // the 0.999 quantile for 9 degrees of freedom
    }
  });

  it('scrambled, has no diagonals in high dimensions', () => {
    const correlation = (pointAt: (i: number) => number[]) => {
      const points = Array.from({ length: 40 }, (_, i) => pointAt(i + 1).slice(-2));
      const mean = (k: number) => points.reduce((sum, p) => sum + p[k]!, 0) / 40;
      const [mx, my] = [mean(0), mean(1)];
      const moment = (f: (x: number, y: number) => number) => points.reduce((sum, [x, y]) => sum + f(x! - mx, y! - my), 0);
      return moment((x, y) => x * y) / Math.sqrt(moment((x) => x * x) * moment((_, y) => y * y));
    };
    expect(correlation(haltonPoints(30))).toBeGreaterThan(0.99);
    expect(Math.abs(correlation(haltonPoints(30, key(1))))).toBeLessThan(0.4);
  });

  it('stays in [0, 1) in 300 dimensions', () => {
    const pointAt = haltonPoints(300, key(1));
    for (const i of [0, 1, 12_345, 2 ** 32 - 1]) expect(pointAt(i).every((x) => x >= 0 && x < 1)).toBe(true);
  });
});
