import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dominates, fronts, hypervolume, spread } from '../../src/numeric/pareto.ts';

const losses = fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }), { maxLength: 25 });

describe('fronts', () => {
  it('splits by hand', () => {
    const trials = [
      [1, 4],
      [2, 2],
      [3, 3],
      [4, 1],
      [4, 4],
      [2, 2],
    ];
    expect([...fronts(trials)].map((f) => [...f].sort())).toEqual([[0, 1, 3, 5], [2], [4]]);
  });
  it('puts every trial into the first front in which nothing dominates it', () =>
    fc.assert(
      fc.property(losses, (trials) => {
        const all = [...fronts(trials)];
        expect(all.flat().sort((a, b) => a - b)).toEqual(trials.map((_, i) => i));
        all.forEach((front, f) => {
          for (const i of front) {
            expect(
              all
                .slice(f)
                .flat()
                .some((j) => dominates(trials[j]!, trials[i]!)),
            ).toBe(false);
            if (f > 0) expect(all[f - 1]!.some((j) => dominates(trials[j]!, trials[i]!))).toBe(true);
          }
        });
      }),
    ));
  it('takes what is missing as infinite', () => {
    expect(dominates([1, 1], [1])).toBe(true);
    expect([...fronts([[Number.POSITIVE_INFINITY], [1, 1e300]])]).toEqual([[1], [0]]);
  });
});

describe('hypervolume', () => {
  it('measures the union of boxes', () => {
    expect(hypervolume([[0.5, 0.5]])).toBeCloseTo(0.25, 15);
    expect(
      hypervolume([
        [0, 0.5],
        [0.5, 0],
        [0.75, 0.75],
      ]),
    ).toBeCloseTo(0.75, 15);
    expect(
      hypervolume([
        [0, 0, 0.5],
        [0.5, 0.5, 0],
      ]),
    ).toBeCloseTo(0.5 + 0.25 / 2, 15);
  });
  it('counts cells of a grid', () =>
    fc.assert(
      fc.property(losses, (trials) => {
        let cells = 0;
        for (let c = 0; c < 216; c++) {
          const corner = [c % 6, Math.floor(c / 6) % 6, Math.floor(c / 36)];
          if (trials.some((t) => t.every((x, k) => x <= corner[k]!))) cells++;
        }
        expect(hypervolume(trials.map((t) => t.map((x) => x / 6)))).toBeCloseTo(cells / 216, 10);
      }),
    ));
});

describe('spread', () => {
  it('takes the knee first, then what adds most', () => {
    // In ranges: (0, 1), (0.1, 0.1), (1, 0), (0.15, 0.09).
    expect(
      spread(
        [
          [0, 10],
          [1, 1],
          [10, 0],
          [1.5, 0.9],
        ],
        3,
      ),
    ).toEqual([1, 0, 2]);
  });
  it('survives equal and extreme losses', () => {
    expect(
      spread(
        [
          [1, 1],
          [1, 1],
        ],
        1,
      ),
    ).toEqual([0]);
    expect(
      spread(
        [
          [-1e308, 1],
          [1e308, 0],
        ],
        2,
      ).sort(),
    ).toEqual([0, 1]);
  });
});
