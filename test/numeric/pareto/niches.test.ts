import { describe, expect, it } from 'vitest';
import { fillNiches } from '../../../src/numeric/pareto/niches.ts';
import { referenceDirections } from '../../../src/numeric/pareto/referenceDirections.ts';

const five = referenceDirections(2, 4); // at 0, 1/4, 1/2, 3/4 and 1

describe('fillNiches', () => {
  const front = [
    [0, 1],
    [0.01, 0.98],
    [0.02, 0.96],
    [0.5, 0.5],
    [1, 0],
  ];

  it('fills each niche once before any twice', () => {
    expect(fillNiches(five, [], front, 3)).toEqual([0, 3, 4]);
    expect(fillNiches(five, [], front, 4)).toEqual([0, 3, 4, 1]);
  });

  it('counts trials of better fronts', () => {
    expect(fillNiches(five, [[0.4, 0.4]], front, 2)).toEqual([0, 4]);
  });

  it('does not depend on the units of an objective', () => {
    const scaled = front.map(([a, b]) => [a! * 1e6 + 7, b! * 1e-3 - 2]);
    expect(fillNiches(five, [], scaled, 4)).toEqual(fillNiches(five, [], front, 4));
  });

  it('takes all if there is room for more', () => {
    expect(fillNiches(five, [], front, 9).toSorted()).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [
      'equal trials',
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      'trials that are equal in one objective',
      [
        [1, 3],
        [1, 2],
        [1, 1],
      ],
    ],
    ['one trial', [[2, 5]]],
  ])('chooses among %s', (_, trials) => {
    expect(fillNiches(five, [], trials, 2)).toHaveLength(Math.min(2, trials.length));
  });
});
