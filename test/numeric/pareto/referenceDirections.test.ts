import { expect, it } from 'vitest';
import { divisionsFor, referenceDirections } from '../../../src/numeric/pareto/referenceDirections.ts';

it('divides the triangle of three objectives', () => {
  expect(referenceDirections(3, 2)).toEqual([
    [0, 0, 1],
    [0, 0.5, 0.5],
    [0, 1, 0],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
    [1, 0, 0],
  ]);
});

it.each([
  [1, 5, 1],
  [2, 5, 6],
  [3, 12, 91],
  [5, 6, 210],
])('%i objectives and %i divisions have %i directions, as in table I of the paper', (objectives, divisions, count) => {
  expect(referenceDirections(objectives, divisions)).toHaveLength(count);
});

it.each([
  [3, 90, 11],
  [3, 91, 12],
  [5, 50, 3],
  [2, 20, 19],
  [8, 4, 1], // as few as there can be
  [1, 50, 1],
])('%i objectives and at most %i directions: %i divisions', (objectives, directions, divisions) => {
  expect(divisionsFor(objectives, directions)).toBe(divisions);
});
