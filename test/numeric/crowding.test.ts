import { describe, expect, it } from 'vitest';
import { crowding, uncrowded } from '../../src/numeric/crowding.ts';

const line = [
  [0, 10],
  [1, 8],
  [2, 6],
  [6, 5],
  [10, 0],
];

describe('crowding', () => {
  it('adds the sides of the box between neighbours, in ranges', () => {
    expect(crowding(line)).toEqual([Number.POSITIVE_INFINITY, 0.2 + 0.4, 0.5 + 0.3, 0.8 + 0.6, Number.POSITIVE_INFINITY]);
  });
  it('finds no one lonely where all are equal or infinite', () => {
    expect(crowding([[1], [1], [1]])).toEqual([Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY]);
    expect(crowding([[Number.POSITIVE_INFINITY], [1], [2]])[2]).toBe(0);
    expect(crowding([])).toEqual([]);
  });
});

describe('uncrowded', () => {
  it('lets the most crowded go one at a time: who is left then is lonelier', () => {
    expect(uncrowded(line, 5)).toEqual([0, 4, 3, 2, 1]);
    // Without the second, the third has neighbours at 0 and 6, and it is the fourth that is no more crowded than it.
    expect(uncrowded(line, 4)).toEqual([0, 4, 3, 2]);
    expect(uncrowded(line, 3)).toEqual([0, 4, 2]);
    expect(uncrowded(line, 0)).toEqual([]);
  });
});
