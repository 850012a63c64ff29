import { describe, expect, it } from 'vitest';
import { crowdedPlaces, crowdingDistances, leastCrowded } from '../../../src/numeric/pareto/crowding.ts';

const line = [
  [0, 10],
  [1, 8],
  [2, 6],
  [6, 5],
  [10, 0],
];

describe('crowding', () => {
  it('adds the sides of the box between neighbours, in ranges', () => {
    expect(crowdingDistances(line)).toEqual([Number.POSITIVE_INFINITY, 0.2 + 0.4, 0.5 + 0.3, 0.8 + 0.6, Number.POSITIVE_INFINITY]);
  });
  it('is 0 if all are equal or infinite', () => {
    expect(crowdingDistances([[1], [1], [1]])).toEqual([Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY]);
    expect(crowdingDistances([[Number.POSITIVE_INFINITY], [1], [2]])[2]).toBe(0);
    expect(crowdingDistances([])).toEqual([]);
  });
});

describe('uncrowded', () => {
  it('puts the less crowded first', () => {
    expect(leastCrowded(line, 5)).toEqual([0, 4, 3, 2, 1]);
    expect(leastCrowded(line, 0)).toEqual([]);
  });
  it('removes the most crowded one at a time', () => {
    // The two in the middle are the most crowded: 0.82 and 0.6, against 1.18. Without one of them the other is at 1.4, the fourth at 1.2.
    const pair = [0, 4, 4.1, 7, 10].map((x) => [x, 10 - x]);
    expect(leastCrowded(pair, 4)).toEqual([0, 4, 1, 3]);
    expect(leastCrowded(pair, 3)).toEqual([0, 4, 1]);
  });
});

it('results have places by front, and then the ends before the others, the least crowded first', () => {
  expect(crowdedPlaces(line)).toEqual([1, 5, 4, 3, 1]);
  expect(crowdedPlaces([[2, 6], ...line, [3, 7], [2, 7]])).toEqual([4, 1, 6, 4, 3, 1, 8, 7]); // equal ones share a place
  expect(crowdedPlaces([[3], [1], [2], [1]])).toEqual([4, 1, 3, 1]);
});
