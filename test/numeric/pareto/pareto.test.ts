import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dominates, fronts } from '../../../src/numeric/pareto/domination.ts';

const losses = fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }), { maxLength: 25 });

describe('fronts', () => {
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
  it('counts a missing loss as infinite', () => {
    expect(dominates([1, 1], [1])).toBe(true);
    expect([...fronts([[Number.POSITIVE_INFINITY], [1, 1e300]])]).toEqual([[1], [0]]);
  });
});
