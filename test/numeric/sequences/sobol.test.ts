import { describe, expect, it } from 'vitest';
import { type Rng, rngFor } from '../../../src/numeric/random.ts';
import { SOBOL_DIMENSIONS, sobolPoints } from '../../../src/numeric/sequences/sobol.ts';
import reference from '../../reference/sequences.json' with { type: 'json' };

const COUNT = 1024;
const first = (count: number, pointAt: (i: number) => number[]) => Array.from({ length: count }, (_, i) => pointAt(i));
const key = (seed: number): Rng => rngFor(String(seed), 'sobol', 0);

describe('sobol, unscrambled', () => {
  it.each(reference.sobol)('equals the first 1024 points of scipy in $dimension dimensions', ({ dimension, points, sums, fingerprint }) => {
    const found = first(COUNT, sobolPoints(dimension)).map((point) => point.map((x) => x * COUNT));
    for (const [i, values] of Object.entries(points)) expect(found[Number(i)]!.slice(0, 8)).toEqual(values);
    const sumOf = (axis: number) => found.reduce((sum, point, i) => sum + i * point[axis]!, 0);
    expect(sums.map((_, k) => sumOf(dimension - sums.length + k))).toEqual(sums);
    expect(found.flat().reduce((h, value) => (Math.imul(h, 31) + value) >>> 0, 0)).toBe(fingerprint);
  });

  it('equals scipy far out', () => {
    const { i, point } = reference.far;
    expect(sobolPoints(point.length)(i).map((x) => Math.floor(x * 2 ** 30))).toEqual(point);
  });

  it('has 32 binary digits in every dimension: the last point below 2^32 lies in the cube', () => {
    expect(SOBOL_DIMENSIONS).toBe(1111);
    const far = sobolPoints(SOBOL_DIMENSIONS)(2 ** 32 - 1);
    expect(far.every((x) => x >= 2 ** -32 && x < 1)).toBe(true);
  });
});

describe('sobol, scrambled', () => {
  it('keeps one point in each of the 2^m slices of each axis, for every aligned block of 2^m points', () => {
    for (const seed of [1, 2, 3]) {
      const pointAt = sobolPoints(12, key(seed));
      for (const [m, block] of [
        [0, 5],
        [3, 0],
        [3, 7],
        [6, 2],
        [8, 0],
      ] as const) {
        const size = 2 ** m;
        const points = Array.from({ length: size }, (_, i) => pointAt(block * size + i));
        for (let axis = 0; axis < 12; axis++) {
          expect(new Set(points.map((p) => Math.floor(p[axis]! * size))).size).toBe(size);
        }
      }
    }
  });

  it('keeps one point in each box of area 2^-m, whatever its shape, in the first two dimensions', () => {
    const m = 7;
    for (const seed of [1, 2, 3]) {
      const points = first(2 ** m, sobolPoints(2, key(seed)));
      for (let k = 0; k <= m; k++) {
        const boxes = points.map(([x, y]) => `${Math.floor(x! * 2 ** k)} ${Math.floor(y! * 2 ** (m - k))}`);
        expect(new Set(boxes).size).toBe(2 ** m);
      }
    }
  });

  it('makes each point uniform on the cube', () => {
    const keys = 3200;
    const counts = new Array(16).fill(0);
    for (let seed = 0; seed < keys; seed++) {
      const [x, y] = sobolPoints(2, key(seed))(5);
      counts[4 * Math.floor(4 * x!) + Math.floor(4 * y!)]++;
    }
    const chiSquare = counts.reduce((sum, n) => sum + (n - keys / 16) ** 2 / (keys / 16), 0);
    expect(chiSquare).toBeLessThan(37.7); // the 0.999 quantile for 15 degrees of freedom
  });

  it('flips a digit by the digits before it: more than one shift for all points', () => {
    const shift = (i: number) => {
      const bits = (seed?: number) => Math.floor(sobolPoints(1, seed === undefined ? undefined : key(seed))(i)[0]! * 2 ** 32);
      return (bits(1) ^ bits()) >>> 0;
    };
    const shifts = Array.from({ length: 64 }, (_, i) => shift(i));
    expect(new Set(shifts).size).toBe(64);
    expect(new Set(shifts.map((s) => s >>> 31)).size).toBe(1); // the first digit has none before it
  });

  it('integrates a smooth function far better than random points, without bias', () => {
    const integrand = (x: readonly number[]) => x.reduce((product, u) => product * (1 + 0.8 * (u - 0.5)), 1);
    const errors = Array.from({ length: 60 }, (_, seed) => {
      const points = first(256, sobolPoints(5, key(seed)));
      return points.reduce((sum, p) => sum + integrand(p), 0) / 256 - 1;
    });
    const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / 60);
    const random = Math.sqrt(((1 + 0.64 / 12) ** 5 - 1) / 256);
    expect(rms).toBeLessThan(random / 20);
    expect(Math.abs(errors.reduce((sum, e) => sum + e, 0) / 60)).toBeLessThan((4 * rms) / Math.sqrt(60));
  });

  it('is a function of its key alone', () => {
    expect(sobolPoints(4, key(1))(9)).toEqual(sobolPoints(4, key(1))(9));
    expect(sobolPoints(4, key(1))(9)).not.toEqual(sobolPoints(4, key(2))(9));
  });
});
