import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ndtr, ndtri } from '../../../src/numeric/distributions/normal.ts';

const reference = JSON.parse(readFileSync(new URL('../../reference/special.json', import.meta.url), 'utf8'));
const relative = (got: number, want: number) => Math.abs(got - want) / (Math.abs(want) || 1);

describe('ndtr', () => {
  test.each<[number, number]>(reference.ndtr)('ndtr(%d) is %d', (x, want) => {
    expect(relative(ndtr(x), want)).toBeLessThan(1e-13);
  });
  test('is symmetric, and monotone where its methods meet', () => {
    for (let x = -2.1; x < -1.9; x += 1e-4) expect(ndtr(x + 1e-4)).toBeGreaterThan(ndtr(x));
    for (const x of [0.2, 1.1, 1.9999, 2, 5]) expect(ndtr(x)).toBeCloseTo(1 - ndtr(-x), 15);
  });
  test('at the ends', () => {
    expect([ndtr(Number.NEGATIVE_INFINITY), ndtr(Number.POSITIVE_INFINITY), ndtr(Number.NaN)]).toEqual([0, 1, Number.NaN]);
  });
});

describe('ndtri', () => {
  test.each<[number, number]>(reference.ndtri)('ndtri(%d) is %d', (p, want) => {
    expect(relative(ndtri(p), want)).toBeLessThan(1e-13);
  });
  test('at the ends and outside', () => {
    expect([ndtri(0), ndtri(1), ndtri(-0.1), ndtri(1.1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NaN,
    ]);
  });
  test('inverts ndtr', () => {
    for (let x = -37; x < 5; x += 0.37) expect(Math.abs(ndtri(ndtr(x)) - x)).toBeLessThan(1e-9);
  });
});
