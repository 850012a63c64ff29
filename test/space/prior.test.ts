import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { betainc } from '../../src/numeric/distributions/beta.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { beta, logNormal, normal, weights } from '../../src/space/prior.ts';
import { boolean, choice, type Dimension, float, int, ordinal } from '../../src/space/types/dimension.ts';
import type { FloatDimension } from '../../src/space/types/float.ts';
import { only, refusal } from './helpers.ts';

interface Reference {
  readonly parameter: Dimension;
  readonly quantiles: readonly (readonly [u: number, value: number])[];
  readonly logDensities: readonly (readonly [value: number, logDensity: number])[];
}
const reference: readonly Reference[] = JSON.parse(readFileSync(new URL('../reference/priors.json', import.meta.url), 'utf8'));

const priorOf = (dimension: Dimension) => only(dimension).axes[0]!.prior!;

describe.each(reference)('$parameter', ({ parameter, quantiles, logDensities }) => {
  const { encode, decode, axes } = only(parameter);
  const { quantile, logDensity } = axes[0]!.prior!;
  test.each(quantiles)('the %d-quantile is %d', (u, value) => {
    const { low, high } = parameter as FloatDimension;
    expect(Math.abs(decode([quantile(u)]).x - value)).toBeLessThan(1e-11 * (high - low) + 1e-10 * Math.abs(value));
  });
  test.each(logDensities)('the log density at %d is %d', (value, expected) => {
    expect(logDensity(encode({ x: value as never })[0]!)).toBeCloseTo(expected, 7);
  });
});

/** The integral of the density over the coordinate, by the midpoint rule. */
const total = (dimension: Dimension, n = 20_000) => {
  const { logDensity } = priorOf(dimension);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.exp(logDensity((i + 0.5) / n));
  return sum / n;
};

describe('every density integrates to 1', () => {
  test.each<[string, Dimension]>([
    ['normal', float(-5, 5, { prior: normal(1, 2) })],
    ['far normal', float(0, 1, { prior: normal(9, 0.5) })],
    ['wide normal', float(0, 1, { prior: normal(0, 1e9) })],
    ['log-normal in logarithms', float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) })],
    ['log-normal from 0', float(0, 10, { prior: logNormal(1, 0.5) })],
    ['beta', float(3, 9, { prior: beta(2, 5) })],
    ['beta in log odds', float(0.01, 0.99, { logit: true, prior: beta(3, 2) })],
    ['weights', choice(['a', 'b', 'c'], { prior: weights([3, 1, 1]) })],
    ['stepped', float(0, 0.5, { step: 0.05, prior: normal(0.1, 0.1) })],
    ['int', int(0, 99, { prior: beta(0.5, 0.5) })],
    ['large int', int(0, 1e9, { prior: normal(4e8, 1e8) })],
    ['boolean', boolean({ prior: weights([1, 9]) })],
  ])('%s', (_, dimension) => {
    expect(total(dimension)).toBeCloseTo(1, 3);
  });
  test('log int, bin by bin', () => {
    for (const prior of [logNormal(8, 0.5), beta(2, 3), weights(Array.from({ length: 32 }, (_, k) => k + 1))]) {
      expect(total(int(1, 32, { log: true, prior }), 200_000)).toBeCloseTo(1, 3);
    }
  });
});

/** The greatest distance between the empirical distribution of `quantile` of uniform draws and a distribution function (Kolmogorov 1933). */
function kolmogorov(quantile: (u: number) => number, cdf: (coordinate: number) => number, n = 20_000) {
  const rng = rngFor('kolmogorov', '', 1);
  const sorted = Float64Array.from({ length: n }, () => quantile(rng())).sort();
  return sorted.reduce((most, x, i) => Math.max(most, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n)), 0);
}
const ALMOST_SURE = 1.95 / Math.sqrt(20_000); // 0.999 quantile

test('beta draws follow the beta distribution on the coordinate', () => {
  for (const [a, b] of [
    [2, 5],
    [0.5, 0.5],
    [30, 3],
  ] as const) {
    const { quantile } = priorOf(float(1e-5, 1e-1, { log: true, prior: beta(a, b) }));
    expect(kolmogorov(quantile, (x) => betainc(a, b, x))).toBeLessThan(ALMOST_SURE);
  }
});

test('draws follow the integral of the density', () => {
  for (const dimension of [float(0.1, 5, { prior: normal(1, 2) }), float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) })]) {
    const { quantile, logDensity } = priorOf(dimension);
    const n = 2000;
    const sums = [0];
    for (let i = 0; i < n; i++) sums.push(sums[i]! + Math.exp(logDensity((i + 0.5) / n)) / n);
    const cdf = (x: number) => sums[Math.min(n, Math.round(x * n))]!;
    expect(kolmogorov(quantile, cdf)).toBeLessThan(ALMOST_SURE + 2 / n);
  }
});

test('quantiles of finite axes are levels, with the frequency of their weights', () => {
  const { axes } = only(ordinal(['s', 'm', 'l'], { prior: weights([3, 1, 4]) }));
  const { quantile } = axes[0]!.prior!;
  expect([0, 0.37, 0.38, 0.49, 0.51, 1].map((u) => axes[0]!.levels!.of(quantile(u)))).toEqual([0, 0, 1, 1, 2, 2]);
  expect(quantile(0.4)).toBe(0.5);
});

test('densities are finite at both ends', () => {
  for (const prior of [beta(0.5, 0.5), beta(2, 2), logNormal(1, 1), normal(0, 1)]) {
    const { logDensity } = priorOf(float(0, 1, { prior }));
    expect([logDensity(0), logDensity(1)].every(Number.isFinite)).toBe(true);
  }
});

test('impossible priors are refused', () => {
  expect(refusal(() => only(choice(['a', 'b'], { prior: weights([1]) })))).toMatch(/^parameters\.x\.prior\.weights: .*, got \[1\]$/);
  expect(refusal(() => only(float(0, 1, { prior: weights([1]) })))).toContain('finitely many values');
  expect(refusal(() => only(choice(['a', 'b'], { prior: weights([1, -1]) })))).toMatch(/^parameters\.x\.prior\.weights\[1\]: .*, got -1$/);
  expect(refusal(() => only(choice(['a', 'b'], { prior: normal(0, 1) })))).toContain('parameters.x.prior: ');
  expect(refusal(() => only(float(0, 1, { prior: normal(100, 1) })))).toContain('a prior with mass in the range [0, 1]');
  expect(refusal(() => only(float(-2, -1, { prior: logNormal(1, 1) })))).toContain('a prior with mass in the range');
  expect(refusal(() => only({ type: 'float', low: 0, high: 1, prior: { norml: {} } } as never))).toContain('did you mean normal?');
});
