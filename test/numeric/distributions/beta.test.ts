import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { betainc, betaincinv, logGamma } from '../../../src/numeric/distributions/beta.ts';

const reference = JSON.parse(readFileSync(new URL('../../reference/special.json', import.meta.url), 'utf8'));
const relative = (got: number, want: number) => (got === want ? 0 : Math.abs(got - want) / (Math.abs(want) || 1));

test.each<[number, number]>(reference.logGamma)('logGamma(%d) is %d', (x, want) => {
  expect(Math.abs(logGamma(x) - want)).toBeLessThan(1e-13 * Math.max(1, Math.abs(want)));
});

describe('betainc', () => {
  // logBeta of large numbers is a difference of larger ones.
  test.each<[number, number, number, number]>(reference.betainc)('betainc(%d, %d, %d) is %d', (a, b, x, want) => {
    expect(relative(betainc(a, b, x), want)).toBeLessThan(1e-13 * Math.max(10, 10 * (a + b)));
  });
  test('of the uniform distribution is the identity', () => {
    for (const x of [0, 0.1, 0.5, 0.93, 1]) expect(betainc(1, 1, x)).toBeCloseTo(x, 14);
  });
});

describe('betaincinv', () => {
  test.each<[number, number, number, number]>(reference.betaincinv)('betaincinv(%d, %d, %d) is %d', (a, b, p, want) => {
    expect(relative(betaincinv(a, b, p), want)).toBeLessThan(want < 1e-280 ? 1 : 1e-9);
  });
  test('at the ends and outside', () => {
    expect([betaincinv(2, 3, 0), betaincinv(2, 3, 1), betaincinv(2, 3, -1)]).toEqual([0, 1, Number.NaN]);
  });
});
