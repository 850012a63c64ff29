import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { int } from '../../../src/space/types/dimension.ts';
import type { IntDimension } from '../../../src/space/types/int.ts';
import { runs } from '../../support/runs.ts';
import { only, refusal } from '../helpers.ts';

const CASES = { numRuns: runs(3000, 300), seed: 7 };
const coordinate = fc.double({ min: 0, max: 1, noNaN: true });
const magnitude = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 1e12 }));
const plain = fc
  .tuple(
    fc.maxSafeInteger().map((n) => n % 1e12),
    magnitude,
  )
  .map(([low, width]) => int(low, low + width));
const stepped = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), magnitude, fc.integer({ min: 2, max: 9 }))
  .map(([low, width, step]) => int(low, low + width, { step }));
const log = fc
  .tuple(fc.integer({ min: 1, max: 1e6 }), magnitude)
  .map(([low, width]) => int(low, Math.min(1e12, low + width), { log: true }));

const kinds: readonly (readonly [string, fc.Arbitrary<IntDimension>])[] = [
  ['plain', plain],
  ['stepped', stepped],
  ['log', log],
];

describe.each(kinds)('a %s int', (_, dimension) => {
  test('decode inverts encode, and snap is a fixed point', () => {
    fc.assert(
      fc.property(dimension, coordinate, (d, u) => {
        const { snap, encode, decode, axes } = only(d);
        const point = snap([u]);
        const params = decode(point);
        const { at, of, count } = axes[0]!.levels!;
        expect(Number.isInteger(params.x) && params.x >= d.low && params.x <= d.high).toBe(true);
        expect(decode(encode(params))).toEqual(params);
        expect(encode(params)).toEqual(point);
        expect(snap(point)).toEqual(point);
        expect(decode([u])).toEqual(params);
        for (const k of [0, 1, Math.floor(count / 2), count - 1].filter((k) => k < count)) expect(of(at(k))).toBe(k);
      }),
      CASES,
    );
  });
});

/** Pearson's chi-square of counts against expected shares. */
const chiSquare = (counts: readonly number[], shares: readonly number[]) => {
  const total = counts.reduce((a, b) => a + b);
  return counts.reduce((sum, n, k) => sum + (n - total * shares[k]!) ** 2 / (total * shares[k]!), 0);
};
const countsOf = (d: IntDimension, draws: number) => {
  const { decode, size } = only(d);
  const rng = rngFor('chi', d.type, 1);
  const counts = Array.from({ length: size }, () => 0);
  for (let i = 0; i < draws; i++) counts[((decode([rng()]).x as number) - d.low) / (d.step ?? 1)]!++;
  return counts;
};

test('both ends are as likely as the middle', () => {
  expect(chiSquare(countsOf(int(1, 10), 100_000), Array(10).fill(0.1))).toBeLessThan(27.9); // 0.999 quantile, 9 degrees of freedom
  expect(chiSquare(countsOf(int(16, 64, { step: 2 }), 100_000), Array(25).fill(0.04))).toBeLessThan(51.2); // 24 degrees
});

test('the bins of a log int have their full share at both ends', () => {
  const shares = Array.from({ length: 10 }, (_, k) => Math.log((k + 1.5) / (k + 0.5)) / Math.log(21));
  expect(chiSquare(countsOf(int(1, 10, { log: true }), 100_000), shares)).toBeLessThan(27.9);
});

test('levels lie in the middle of their bins', () => {
  expect(only(int(0, 3)).encode({ x: 2 as never })).toEqual([0.625]);
  // The bin of 2 is [1.5, 2.5] in [0.5, 4.5], so from ln 3 to ln 5 of ln 9.
  expect(only(int(1, 4, { log: true })).encode({ x: 2 as never })[0]).toBeCloseTo(Math.log(15) / 2 / Math.log(9), 14);
});

test('a high that the steps do not reach is lowered', () => {
  const { size, decode } = only(int(16, 65, { step: 2 }));
  expect([size, decode([1]).x]).toEqual([25, 64]);
});

test('impossible ranges are refused', () => {
  expect(refusal(() => only(int(2, 1)))).toMatch(/^parameters\.x\.low: .*, got 2$/);
  expect(refusal(() => only(int(0.5, 1)))).toMatch(/^parameters\.x\.low: .*, got 0\.5$/);
  expect(refusal(() => only(int(0, 8, { log: true })))).toMatch(/^parameters\.x\.low: .*, got 0$/);
  expect(refusal(() => only(int(1, 8, { log: true, step: 2 })))).toContain('at most one of log and step');
  expect(refusal(() => only(int(1, 2e12, { log: true })))).toContain('parameters.x.high');
  expect(refusal(() => only(int(0, 2 ** 52)))).toContain('2^50');
  expect(only(int(3, 3)).decode([0.9]).x).toBe(3);
});
