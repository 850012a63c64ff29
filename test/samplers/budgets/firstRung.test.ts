import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreement, firstRung, kendall, type Pair } from '../../../src/samplers/budgets/firstRung.ts';

describe("Kendall's tau", () => {
  it('counts pairs in the same order less those in reverse order', () => {
    expect(kendall([])).toBeUndefined();
    const pairs: Pair[] = [
      [[1], [1]],
      [[2], [3]],
      [[3], [2]],
      [[4], [4]],
    ];
    expect(kendall(pairs)).toBeCloseTo(4 / 6, 12); // one of six pairs is reversed
    expect(kendall(pairs.map(([x, [y]]): Pair => [x, [-y!]]))).toBeCloseTo(-4 / 6, 12);
  });

  it('leaves out results of several objectives that have no order, and is then that of one objective with equal noise', () => {
    expect(
      kendall([
        [
          [1, 2],
          [1, 2],
        ],
        [
          [2, 1],
          [2, 1],
        ],
      ]),
    ).toBeUndefined();
    expect(
      kendall([
        [
          [1, 2],
          [1, 1],
        ],
        [
          [2, 1],
          [2, 2],
        ],
      ]),
    ).toBeUndefined(); // an order at one rung only
    const pairs: Pair[] = [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [2, 2],
        [3, 3],
      ],
      [
        [3, 3],
        [2, 2],
      ],
      [
        [0, 4],
        [0, 4],
      ], // has no order with any
    ];
    expect(kendall(pairs)).toBeCloseTo(1 / 3, 12);
    expect(agreement(pairs)).toMatchObject({ tau: (4 / 3 + 1.95) / 7, pairs: 4 });
    expect(
      agreement([
        [
          [1, 2],
          [1, 2],
        ],
        [
          [2, 1],
          [2, 1],
        ],
      ]),
    ).toEqual({ tau: 0.65, pairs: 2, misleads: undefined });
  });

  it('is 1 for any increasing relation, and does not depend on the order of pairs', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(numbers, (xs) => {
        const pairs = xs.map((x): Pair => [[x], [x ** 3]]);
        expect(kendall(pairs)).toBe(1);
        expect(kendall(pairs.reverse())).toBe(1);
      }),
    );
  });
});

describe('the first rung', () => {
  const same = (n: number) => Array.from({ length: n }, (_, i): Pair => [[i], [i]]);
  const reversed = (n: number) => Array.from({ length: n }, (_, i): Pair => [[i], [-i]]);

  it('is the lowest one before there is any evidence', () => {
    expect(agreement([])).toEqual({ tau: 0.65, pairs: 0 });
    expect(agreement(same(1))).toEqual({ tau: 0.65, pairs: 1 });
    expect(firstRung([agreement([]), agreement([])])).toEqual({ index: 0, tau: 0.65, pairs: 0 });
  });

  it('is the lowest one that predicts the next one', () => {
    expect(agreement(reversed(3)).tau).toBeCloseTo((-3 + 1.95) / 6, 12);
    expect(firstRung([agreement(reversed(8)), agreement(same(8)), agreement(same(8))])).toMatchObject({ index: 1, pairs: 8 });
    expect(firstRung([agreement(same(8)), agreement(reversed(7))])).toMatchObject({ index: 0 });
  });

  it('lies above a rung that misleads, also where only selected configurations show it', () => {
    expect(agreement([], reversed(8))).toEqual({ tau: 0.65, pairs: 0, misleads: true });
    expect(agreement([], reversed(7))).toEqual({ tau: 0.65, pairs: 0 });
    expect(agreement(same(8), reversed(8)).misleads).toBeUndefined(); // unselected configurations say more
    expect(firstRung([agreement(same(8)), agreement([], reversed(8)), agreement([])])).toMatchObject({ index: 2, tau: 0.65 });
  });

  it('is the full budget if no rung predicts the next one', () => {
    expect(firstRung([agreement(reversed(8)), agreement(reversed(8))])).toEqual({ index: 2, tau: 1, pairs: 0 });
  });
});
