import { describe, expect, it } from 'vitest';
import { averagingWeight, rateDecay, type UpdateRule, updateDirection, zeroMoments } from '../../../src/numeric/descent/firstOrder.ts';

const of = (...values: number[]) => Float64Array.from(values);

describe('direction', () => {
  const twice = (rule: UpdateRule) => {
    const first = updateDirection(rule, zeroMoments(2), of(4, -1), 4);
    return [first, updateDirection(rule, first.moments, of(2, -1), 4)].map((step) => [...step.direction]);
  };

  it('with momentum is a mean of gradients, the last one with weight 1 / (1 + 0.9)', () => {
    const [first, second] = twice('momentum');
    expect(first).toEqual([expect.closeTo(1, 12), expect.closeTo(-0.25, 12)]);
    expect(second).toEqual([expect.closeTo((0.9 * 1 + 0.5) / 1.9, 12), expect.closeTo(-0.25, 12)]);
  });

  it('of Adam is the sign at first, then mean by root mean square', () => {
    const [first, second] = twice('adam');
    expect(first).toEqual([expect.closeTo(1, 7), expect.closeTo(-1, 7)]);
    const square = (0.999 * 16 + 4) / 1.999;
    expect(second).toEqual([expect.closeTo((0.9 * 4 + 2) / 1.9 / Math.sqrt(square), 6), expect.closeTo(-1, 7)]);
  });

  it('stays where the gradient is unknown', () => {
    for (const rule of ['momentum', 'adam'] as const) {
      expect(updateDirection(rule, zeroMoments(2), of(Number.NaN, 1), 1).direction[0]).toBe(0);
    }
  });
});

it('rates fall as in Spall', () => {
  expect(rateDecay(0, 100)).toBe(1);
  expect(rateDecay(11, 100)).toBeCloseTo(0.5 ** 0.602, 12);
});

it('the average begins with its first item and forgets it slowly', () => {
  expect(averagingWeight(1)).toBe(1);
  expect(averagingWeight(2)).toBe(0.8);
  expect(averagingWeight(97)).toBe(0.04);
});
