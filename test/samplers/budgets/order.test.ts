import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalScore, orderOf } from '../../../src/samplers/budgets/order.ts';
import type { ComparedConfiguration } from '../../../src/samplers/budgets/rungResults.ts';

/** The losses of each configuration at those of the budgets 1, 3 and 9 that it reached. */
type Curve = readonly (number | undefined)[];
const budgets = [1, 3, 9];

function configurations(curves: readonly Curve[]): ComparedConfiguration[] {
  return curves.map((curve, index) => {
    const losses = new Map(curve.flatMap((loss, k) => (loss === undefined ? [] : [[budgets[k]!, [loss]] as const])));
    return { index, point: [], losses, top: Math.max(0, ...losses.keys()), counts: true };
  });
}

/** The configurations in their order, each with its rank. */
const placed = (curves: readonly Curve[]) =>
  orderOf(configurations(curves).filter(({ top }) => top > 0)).map(({ configuration, place }) => [configuration.index, place]);
const ranked = (curves: readonly Curve[]) => placed(curves).map(([index]) => index);

describe('the order of configurations', () => {
  it('is that of the highest budget for those that reached it; others are placed among them by the budget they share', () => {
    // At budget 3, 0 came before 1, as at budget 1. 2 was between them, 3 behind them, 4 before them.
    expect(ranked([[1, 5], [3, 6], [2], [4], [0]])).toEqual([4, 0, 2, 1, 3]);
  });

  it('ranks a good result at a misleading budget no higher than those that were good there and ended badly', () => {
    // 0 to 3 end in the reverse of their order at budget 1: 4 is the best there, which predicts no more than the mean.
    const order = ranked([[1, 9], [2, 8], [3, 7], [4, 6], [0], [5]]);
    expect(order.filter((index) => index! < 4)).toEqual([3, 2, 1, 0]);
    expect([order.indexOf(4), order.indexOf(5)]).toEqual([2, 3]);
  });

  it('puts a good start before a bad end', () => {
    // 0 and 1 have results only at the highest budget; 2 and 3 also at 3; 4 only at 3, between them.
    const late: Curve = [undefined, undefined, 9];
    expect(ranked([late, [undefined, undefined, 1], [undefined, 4, 2], [undefined, 7, 5], [undefined, 4.5]])).toEqual([1, 2, 4, 3, 0]);
  });

  it('gives those that tie the mean of their places', () => {
    expect(placed([[2], [1], [2], [3]])).toEqual([
      [1, 1],
      [0, 2.5],
      [2, 2.5],
      [3, 4],
    ]);
    // At budget 1, configurations 2 and 3 have the loss of 0, which reached 3: they stand behind it.
    expect(placed([[1, 5], [2, 6], [1], [1]])).toEqual([
      [0, 1],
      [2, 2.5],
      [3, 2.5],
      [1, 4],
    ]);
  });

  it('has every configuration once, in order within each highest budget, and by losses alone with one budget', () => {
    const loss = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(loss, loss, loss), { maxLength: 12 }), (curves) => {
        const order = placed(curves);
        const results = curves.flatMap((curve, index) => (curve.some((x) => x !== undefined) ? [index] : []));
        expect(order.map(([index]) => index!).sort((a, b) => a - b)).toEqual(results);
        expect(order.reduce((sum, [, place]) => sum + place!, 0)).toBeCloseTo((results.length * (results.length + 1)) / 2, 9);
        const last = (index: number) => curves[index]!.findLastIndex((x) => x !== undefined);
        for (const k of [0, 1, 2]) {
          const group = order.filter(([index]) => last(index!) === k);
          const losses = group.map(([index]) => curves[index!]![k]!);
          expect(losses).toEqual([...losses].sort((a, b) => a - b));
          for (const [i, [, place]] of group.entries()) if (i > 0 && losses[i] === losses[i - 1]) expect(place).toBe(group[i - 1]![1]);
        }
      }),
    );
  });

  it('does not depend on the scale of losses at a budget', () => {
    const curves: Curve[] = [[5, 3, 1], [4, 4, 2], [3, 5], [9, 2], [1], [7], [4.5]];
    const bent = curves.map((curve) => curve.map((loss, k) => loss && Math.exp((k + 1) * loss) - 7 * k));
    expect(placed(bent)).toEqual(placed(curves));
  });
});

it('normal scores are quantiles of the standard normal', () => {
  expect(normalScore(1, 1)).toBeCloseTo(0, 12);
  expect(normalScore(1, 2)).toBeCloseTo(-0.6744897501960817, 12); // scipy.stats.norm.ppf(0.25)
  expect(normalScore(10, 10)).toBeCloseTo(1.6448536269514722, 12); // norm.ppf(0.95)
});
