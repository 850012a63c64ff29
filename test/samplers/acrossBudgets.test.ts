import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acrossBudgets } from '../../src/samplers/acrossBudgets.ts';
import { byStanding, type Standing } from '../../src/samplers/standing.ts';

/** What each trial came to at the budgets 1, 3, 9, as far as it was trained there. */
type Course = readonly (number | undefined)[];
const budgets = [1, 3, 9];

/** The slots in the order of the ranking. */
function ranked(courses: readonly Course[], others: readonly Standing[] = []): number[] {
  const byBudget = new Map<number, Map<number, number>>();
  const standings = courses.flatMap((course, slot): Standing[] => {
    let last: Standing | undefined;
    for (const [k, loss] of course.entries()) {
      if (loss === undefined) continue;
      const fidelity = budgets[k]!;
      byBudget.set(fidelity, (byBudget.get(fidelity) ?? new Map()).set(slot, loss));
      last = { slot, tier: 0, fidelity, losses: [loss] };
    }
    return last ? [last] : [];
  });
  return acrossBudgets([...standings, ...others].sort(byStanding), byBudget).map(({ slot }) => slot);
}

describe('acrossBudgets', () => {
  it('orders those of the highest budget by it, and places the others among them by the budget they share', () => {
    // 0 and 1 changed places between budgets 1 and 3. 2 was between them, 3 behind them, 4 before them.
    expect(ranked([[1, 6], [3, 5], [2], [4], [0]])).toEqual([4, 1, 2, 0, 3]);
  });

  it('puts a good beginning before a bad end', () => {
    // 0 and 1 began at the highest budget; 2 and 3 came to it from 3; 4 is at 3, as good as 2.
    const bracket: Course = [undefined, undefined, 9];
    expect(ranked([bracket, [undefined, undefined, 1], [undefined, 4, 2], [undefined, 7, 5], [undefined, 4.5]])).toEqual([1, 2, 4, 3, 0]);
  });

  it('puts those that share no budget with others behind, and those without a result last', () => {
    const stopped: Standing = { slot: 9, tier: 1, fidelity: 27, losses: [0] };
    expect(ranked([[undefined, 5], [1]], [stopped])).toEqual([0, 1, 9]);
  });

  it('is a ranking of all, in order within each budget, and by losses alone where there is one budget', () => {
    const loss = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(loss, loss, loss), { maxLength: 12 }), (courses) => {
        const order = ranked(courses);
        const results = courses.flatMap((course, slot) => (course.some((x) => x !== undefined) ? [slot] : []));
        expect([...order].sort((a, b) => a - b)).toEqual(results);
        const last = (slot: number) => courses[slot]!.findLastIndex((x) => x !== undefined);
        for (const k of [0, 1, 2]) {
          const losses = order.filter((slot) => last(slot) === k).map((slot) => courses[slot]![k]!);
          expect(losses).toEqual([...losses].sort((a, b) => a - b));
        }
      }),
    );
  });
});
