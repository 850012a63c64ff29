import { describe, expect, it } from 'vitest';
import { bestOf } from '../../src/numeric/pareto/domination.ts';
import { advance } from '../../src/schedulers/improvement.ts';
import { Curves } from '../../src/schedulers/percentile.ts';

const curvesOf = (...losses: readonly number[][]) => {
  const curves = new Curves();
  for (const some of losses) curves.add(3, some);
  return curves;
};

describe('shareBetter', () => {
  it('counts lower losses, not equal ones', () => {
    const curves = curvesOf([4], [1], [2], [2]);
    expect([0, 1, 2, 3, 5].map((loss) => curves.shareBetter(3, [loss]))).toEqual([0, 0, 0.25, 0.75, 1]);
    expect([curves.at(3), curves.at(4), curves.shareBetter(4, [9])]).toEqual([4, 0, 0]);
  });

  it('with several objectives, counts trials in earlier fronts', () => {
    // Fronts: (1,4) (2,2) (4,1) | (3,3) | (5,5)
    const curves = curvesOf([5, 5], [2, 2], [1, 4], [3, 3], [4, 1]);
    expect(curves.shareBetter(3, [1, 1])).toBe(0); // in front of all
    expect(curves.shareBetter(3, [0, 9])).toBe(0); // in the first front with three
    expect(curves.shareBetter(3, [2, 5])).toBeCloseTo(3 / 5, 12); // behind (2,2) alone, so level with (3,3)
    expect(curves.shareBetter(3, [6, 6])).toBe(1);
  });
});

it('a trial is compared by its last report that no earlier report dominates', () => {
  expect(bestOf(undefined, [3])).toEqual([3]);
  expect(bestOf([2], [3])).toEqual([2]);
  expect(bestOf([2], [1])).toEqual([1]);
  expect(bestOf([2, 2], [1, 3])).toEqual([1, 3]);
  expect(bestOf([2, 2], [2, 3])).toEqual([2, 2]);
});

describe('advance', () => {
  it('counts a loss that is lower by more than delta as progress', () => {
    const start = advance(undefined, 1, [1], 0.5);
    expect(advance(start, 2, [0.5], 0.5)).toBe(start);
    expect(advance(start, 2, [0.25], 0.5)).toEqual({ front: [[0.25]], since: 2 });
    expect(advance(start, 2, [1], 0)).toBe(start);
  });

  it('with several objectives, requires a report that is better than each earlier one', () => {
    const one = advance(undefined, 1, [1, 3], 0);
    const two = advance(one, 2, [3, 1], 0);
    expect(two).toEqual({
      front: [
        [1, 3],
        [3, 1],
      ],
      since: 2,
    });
    expect(advance(two, 3, [1, 4], 0)).toBe(two); // better than the last one, not than the first
    expect(advance(two, 3, [2, 2], 0).front).toHaveLength(3);
    expect(advance(two, 3, [1, 1], 0)).toEqual({ front: [[1, 1]], since: 3 });
  });
});
