import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exclusiveContributions, greedyHypervolumeSubset, hypervolume } from '../../../src/numeric/pareto/hypervolume.ts';

/** Up to some points on a grid of so many steps in so many dimensions. */
const onGrid = (dimension: number, steps: number, maxLength: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: steps + 1 }), { minLength: dimension, maxLength: dimension }), { maxLength });

/** Cells of a grid that some point dominates. */
function cellsBelow(points: readonly number[][], dimension: number, steps: number): number {
  let cells = 0;
  for (let c = 0; c < steps ** dimension; c++) {
    const corner = Array.from({ length: dimension }, (_, k) => Math.floor(c / steps ** k) % steps);
    if (points.some((p) => p.every((x, k) => x <= corner[k]!))) cells++;
  }
  return cells;
}

describe('hypervolume', () => {
  it.each([1, 2, 3, 4, 5])('counts the cells of a grid in %i dimensions', (dimension) => {
    const steps = dimension > 3 ? 3 : 6;
    fc.assert(
      fc.property(onGrid(dimension, steps, 20), (points) => {
        const reference = new Array<number>(dimension).fill(steps);
        expect(hypervolume(points, reference)).toBe(cellsBelow(points, dimension, steps));
      }),
      { numRuns: 60 },
    );
  });
});

it('a contribution is the volume that is lost without the point', () => {
  // They lie in the box from (0, 0) to (11, 11), and the last is dominated.
  const points = [
    [0, 10],
    [2, 5],
    [6, 1],
    [9, 0],
    [10, 6],
  ];
  const all = (of: number[][]) => hypervolume(of, [11, 11]);
  exclusiveContributions(points).forEach((volume, i) => {
    expect(volume).toBeCloseTo((all(points) - all(points.toSpliced(i, 1))) / 121, 12);
  });
});

describe('spread', () => {
  it('takes the knee first, then the point that adds most', () => {
    // In ranges: (0, 1), (0.1, 0.1), (1, 0), (0.15, 0.09).
    expect(
      greedyHypervolumeSubset(
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
      greedyHypervolumeSubset(
        [
          [1, 1],
          [1, 1],
        ],
        1,
      ),
    ).toEqual([0]);
    expect(
      greedyHypervolumeSubset(
        [
          [-1e308, 1],
          [1e308, 0],
        ],
        2,
      ).sort(),
    ).toEqual([0, 1]);
  });
});
