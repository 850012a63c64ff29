import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float } from '../../../src/space/types/dimension.ts';
import type { FloatDimension } from '../../../src/space/types/float.ts';
import { runs } from '../../support/runs.ts';
import { only, refusal } from '../helpers.ts';

const CASES = { numRuns: runs(3000, 300), seed: 7 };
const coordinate = fc.double({ min: 0, max: 1, noNaN: true });

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const ends = fc.tuple(finite, finite).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const linear = ends.filter(([low, high]) => high - low > 1e-6 * Math.max(1, high, -low)).map(([low, high]) => float(low, high));
const exponent = fc.double({ min: -300, max: 300, noNaN: true });
const log = fc
  .tuple(exponent, exponent)
  .filter(([a, b]) => Math.abs(a - b) > 0.01)
  .map(([a, b]) => float(10 ** Math.min(a, b), 10 ** Math.max(a, b), { log: true }));
const share = fc.oneof(
  fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }),
  exponent.map((e) => 10 ** (-Math.abs(e) - 0.5)),
);
const logit = fc
  .tuple(share, share)
  .filter(([a, b]) => Math.abs(Math.log(a / (1 - a)) - Math.log(b / (1 - b))) > 0.01)
  .map(([a, b]) => float(Math.min(a, b), Math.max(a, b), { logit: true }));
const stepped = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 500 }), fc.constantFrom(0.05, 0.1, 0.001, 0.25, 1 / 3, 7))
  .map(([start, count, step]) => float(start * step, start * step + count * step, { step }));

const kinds: readonly (readonly [string, fc.Arbitrary<FloatDimension>])[] = [
  ['linear', linear],
  ['log', log],
  ['logit', logit],
  ['stepped', stepped],
];

describe.each(kinds)('a %s float', (_, dimension) => {
  test('snaps to a fixed point of encode and decode, bit for bit', () => {
    fc.assert(
      fc.property(dimension, coordinate, (d, u) => {
        const { snap, encode, decode } = only(d);
        const point = snap([u]);
        const params = JSON.parse(JSON.stringify(decode(point)));
        expect(snap(point)).toEqual(point);
        expect(encode(params)).toEqual(point);
        expect(decode(encode(params))).toEqual(params);
        expect(decode([u])).toEqual(params);
      }),
      CASES,
    );
  });
  test('stays within its range, and reaches its ends exactly', () => {
    fc.assert(
      fc.property(dimension, coordinate, (d, u) => {
        const { decode, encode } = only(d);
        const x: number = decode([u]).x;
        expect(x).toBeGreaterThanOrEqual(d.low);
        expect(x).toBeLessThanOrEqual(d.high * (1 + Math.sign(d.high) * 1e-12));
        expect(decode([0]).x).toBe(d.low + 0);
        if (d.step === undefined) {
          expect(decode([1]).x).toBe(d.high + 0);
          expect([encode({ x: d.low as never }), encode({ x: d.high as never })]).toEqual([[0], [1]]);
        }
      }),
      CASES,
    );
  });
});

test('the coordinate of a value follows its scale', () => {
  expect(only(float(-5, 5)).decode([0.25]).x).toBe(-2.5);
  expect(only(float(1e-4, 1, { log: true })).decode([0.25]).x).toBe(1e-3);
  expect(only(float(0.1, 0.9, { logit: true })).decode([0.5]).x).toBe(0.5);
  expect(only(float(0, 0.5, { step: 0.05 })).decode([0.3]).x).toBe(0.15);
});

test('short decimals stay as they are', () => {
  for (const x of [0.1, 0.3, 0.0123456789, 2.5, 9.99])
    expect(only(float(0, 10)).decode(only(float(0, 10)).encode({ x: x as never })).x).toBe(x);
  const rate = only(float(1e-30, 1, { log: true }));
  for (const x of [0.1, 0.3, 3e-4, 1e-8, 7e-25, 0.00123456789012]) expect(rate.decode(rate.encode({ x: x as never })).x).toBe(x);
  const keep = only(float(1e-9, 1 - 1e-9, { logit: true }));
  for (const x of [0.1, 0.9, 0.999, 0.99999, 1e-7]) expect(keep.decode(keep.encode({ x: x as never })).x).toBe(x);
});

test('a high that the steps do not reach is lowered to the last one below it', () => {
  const { axes, decode, size } = only(float(0, 1, { step: 0.3 }));
  expect([axes[0]!.levels!.count, size, decode([1]).x]).toEqual([4, 4, 0.9]);
  expect(only(float(0, 0.5, { step: 0.05 })).size).toBe(11);
  expect(only(float(0.1, 0.7, { step: 0.1 })).size).toBe(7);
});

test('slopes are derivatives', () => {
  const h = 1e-5;
  for (const d of [float(-3, 7), float(1e-5, 0.1, { log: true }), float(0.01, 0.99, { logit: true })]) {
    for (const u of [0.1, 0.5, 0.83]) {
      const { decode, slopes } = only(d);
      const difference = ((decode([u + h]).x as number) - (decode([u - h]).x as number)) / (2 * h);
      expect(slopes([u])[0]! / difference).toBeCloseTo(1, 5);
    }
  }
  expect(only(float(0, 0.5, { step: 0.05 })).slopes([0.5])[0]).toBeCloseTo(0.55, 12);
});

test('impossible ranges are refused', () => {
  expect(refusal(() => only(float(1, 0)))).toMatch(/^parameters\.x\.low: .*, got 1$/);
  expect(refusal(() => only(float(1, 1)))).toContain('parameters.x.low');
  expect(refusal(() => only(float(0, 1, { log: true })))).toMatch(/^parameters\.x\.low: .*, got 0$/);
  expect(refusal(() => only(float(0.5, 1, { logit: true })))).toContain('0 < low and high < 1');
  expect(refusal(() => only(float(0.1, 1, { log: true, step: 0.1 })))).toContain('at most one of log, logit and step');
  expect(refusal(() => only(float(0, 1, { step: 2 })))).toContain('parameters.x.step');
  expect(refusal(() => only(float(0, 1, { step: 0 })))).toMatch(/^parameters\.x\.step: .*, got 0$/);
  expect(refusal(() => only(float(0, Number.POSITIVE_INFINITY)))).toMatch(/^parameters\.x\.high: .*, got Infinity$/);
  expect(refusal(() => only(float(-1e308, 1e308)))).toContain('parameters.x.high');
  expect(refusal(() => only(float(1e6, 1e6 + 1e-9)))).toContain('first 12 digits');
});

test('a coordinate that is NaN is refused, and one outside is clamped', () => {
  const { snap, decode } = only(float(0, 1));
  expect(refusal(() => snap([Number.NaN]))).toMatch(/^x: .*, got NaN$/);
  expect(refusal(() => decode([]))).toBe('expected a point of 1 coordinates, got 0');
  expect([snap([-0.1]), snap([1.1])]).toEqual([[0], [1]]);
});
