import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  erfcx,
  log1mexp,
  logExpectedImprovement,
  logExpectedImprovementSlope,
  logNdtr,
  logNormalDensity,
  logNormalMass,
  logSumExp,
} from '../../../src/numeric/distributions/special.ts';

const reference: Record<string, number[][]> = JSON.parse(readFileSync(new URL('../../reference/tails.json', import.meta.url), 'utf8'));
const error = (found: number, wanted: number) => Math.abs(found - wanted) / Math.max(Math.abs(wanted), 1e-300);

describe('tails of the normal distribution', () => {
  it.each([
    ['erfcx', erfcx, 1e-14],
    ['logNdtr', logNdtr, 1e-14],
    ['logExpectedImprovement', logExpectedImprovement, 1e-11],
    ['logExpectedImprovementSlope', logExpectedImprovementSlope, 2e-9],
  ] as const)('%s agrees with the reference', (name, f, tolerance) => {
    for (const [x, wanted] of reference[name]!) expect(error(f(x!), wanted!), `${name}(${x})`).toBeLessThan(tolerance);
  });

  it('logNormalMass agrees with the reference', () => {
    for (const [low, high, wanted] of reference.logNormalMass!)
      expect(error(logNormalMass(low!, high!), wanted!), `${low}`).toBeLessThan(1e-10);
    expect(logNormalMass(1, 1)).toBe(-Infinity);
    expect(logNormalMass(-Infinity, Infinity)).toBe(0);
  });

  it('stays finite and increasing where doubles underflow', () => {
    let last = -Infinity;
    for (const z of [-1e100, -1e30, -1e8, -1.0000001e6, -9.99999e5, -1e5, -100, -1.0000001, -0.9999999, 0, 40]) {
      const value = logExpectedImprovement(z);
      expect(value).toBeGreaterThan(last);
      last = value;
    }
    expect(logExpectedImprovementSlope(-1e7)).toBeCloseTo(1e7, 5);
  });
});

describe('sums in logarithms', () => {
  it('does not overflow', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logSumExp([-1000, -1001])).toBeCloseTo(-1000 + Math.log1p(Math.exp(-1)), 12);
    expect(logSumExp([])).toBe(-Infinity);
    expect(log1mexp(-1e-20)).toBeCloseTo(Math.log(1e-20), 10);
    expect(log1mexp(-50)).toBeCloseTo(-Math.exp(-50), 30);
    expect(logNormalDensity(0)).toBeCloseTo(-0.9189385332046727, 15);
  });
});
