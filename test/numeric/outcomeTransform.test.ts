import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  powerTransform,
  shiftedLog,
  standardise,
  withoutExtremes,
  yeoJohnson,
  yeoJohnsonInverse,
} from '../../src/numeric/outcomeTransform.ts';

interface Case {
  values: number[];
  targets: number[];
}
const reference: { powers: number[][]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../reference/outputs.json', import.meta.url), 'utf8'),
);
const losses = fc.array(
  fc.integer({ min: -1e6, max: 1e6 }).map((v) => v / 1000),
  { minLength: 2, maxLength: 30 },
);

describe('the Yeo-Johnson transform', () => {
  it('agrees with scipy', () => {
    for (const [x, power, y] of reference.powers) expect(yeoJohnson(x!, power!)).toBeCloseTo(y!, 10);
  });

  it('finds the power of maximum likelihood that scikit-learn finds', () => {
    for (const { values, targets } of reference.cases) {
      const found = powerTransform(values).targets;
      for (const [i, target] of targets.entries()) expect(found[i]).toBeCloseTo(target, 2);
    }
  });

  it('is inverted', () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 20, noNaN: true }), fc.double({ min: -1.5, max: 3.5, noNaN: true }), (x, power) => {
        const y = yeoJohnson(x, power);
        if (Math.abs(y) < 1e4 && Math.abs(y) > 1e-9) expect(yeoJohnsonInverse(y, power)).toBeCloseTo(x, 5);
      }),
    );
  });
});

describe.each([
  ['standardise', standardise],
  ['powerTransform', powerTransform],
  ['shiftedLog', (values: readonly number[]) => shiftedLog(values, 1)],
  ['shiftedLog with a small offset', (values: readonly number[]) => shiftedLog(values, 0.1)],
] as const)('%s', (_, view) => {
  it('keeps the order, and has mean 0', () => {
    fc.assert(
      fc.property(losses, (values) => {
        const { targets, target } = view(values);
        expect(targets.every(Number.isFinite)).toBe(true);
        expect(targets.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6);
        for (const [i, v] of values.entries()) {
          expect(target(v)).toBe(targets[i]);
          for (const [j, w] of values.entries()) if (v < w) expect(targets[i]).toBeLessThanOrEqual(targets[j]!);
        }
      }),
    );
  });

  it('is inverted, and has its slope', () => {
    const values = [0.1, 0.5, 3, 7, 200];
    const { targets, target, slope, restore } = view(values);
    for (const [i, v] of values.entries()) {
      expect(restore(targets[i]!)).toBeCloseTo(v, 8);
      expect(slope(i)).toBeCloseTo((target(v + 1e-5) - target(v - 1e-5)) / 2e-5, 6);
    }
  });

  it('survives values that are equal, huge, tiny, or both', () => {
    expect([...view([3, 3, 3]).targets]).toEqual([0, 0, 0]);
    expect([...view([0]).targets]).toEqual([0]);
    for (const values of [
      [1e300, 1e-300, 0],
      [-1e308, 1e308, 5],
      [1e-320, 2e-320],
      [1e16, 1e16 + 2],
    ]) {
      expect(view(values).targets.every(Number.isFinite)).toBe(true);
    }
  });
});

it('shiftedLog separates low values next to values that are larger by orders of magnitude', () => {
  const values = [0, 1, 2, 3, 1e6, 2e6];
  const shareOfRange = (targets: Float64Array) => (targets[3]! - targets[0]!) / (targets[5]! - targets[0]!);
  expect(shareOfRange(standardise(values).targets)).toBeLessThan(1e-5);
  // the distances above 0 have the median 3
  expect(shareOfRange(shiftedLog(values, 0.1).targets)).toBeCloseTo(Math.log(11) / Math.log1p(2e6 / 0.3), 10);
});

it('withoutExtremes separates low values next to the largest numbers', () => {
  const values = [0.3, 0.1, 1e200, 0.2, 1.7e308, 0.15];
  for (const fit of [standardise, powerTransform, (v: readonly number[]) => shiftedLog(v, 0.1)]) {
    const { targets, target, limit } = withoutExtremes(fit, 10)(values);
    expect(targets[0]! - targets[1]!).toBeGreaterThan(0.1);
    expect(targets[2]).toBe(targets[4]);
    expect(target(1e300)).toBe(targets[2]);
    expect(limit).toBeCloseTo(0.1 + 10 * 0.05);
  }
});

it('withoutExtremes says which values are near, also if it keeps those that are not', () => {
  const values = [1, 2, 3, 4, 50, 1e9];
  const { limit, isNear } = withoutExtremes(standardise, 100, 10)(values);
  expect(limit).toBe(101);
  expect(values.filter((_, i) => isNear!(i))).toEqual([1, 2, 3, 4]);
});

it('withoutExtremes keeps values of which none is far above the others', () => {
  const values = [3, 1, 4, 1.5, 5.9, 2.6, 5.3];
  expect(withoutExtremes(standardise, 10)(values).targets).toEqual(standardise(values).targets);
  expect(withoutExtremes(standardise, 10)(values).limit).toBeUndefined();
});
