import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../src/numeric/pareto/hypervolume.ts';
import { nonDominatedSorting } from '../../../src/samplers/evolution/nsga2.ts';
import type { Point } from '../../../src/space/axis.ts';
import { cube, dtlz2 } from './dtlz.ts';
import { evolved } from './evolving.ts';
import { settings } from './nsga2Settings.ts';

/** Zitzler, Deb & Thiele (2000): the front is 1 - sqrt(x). */
function zdt1([x, ...rest]: Point): number[] {
  const g = 1 + (9 * rest.reduce((sum, v) => sum + v, 0)) / rest.length;
  return [x!, g * (1 - Math.sqrt(x! / g))];
}

describe('nonDominatedSorting', () => {
  it('dominates 98 % of the volume of the front of ZDT1 after 25 000 trials', () => {
    const { state } = evolved(nonDominatedSorting(cube(30), settings), cube(30), 25_000, zdt1);
    const losses = state.parents.map(({ standing }) => standing.losses);
    expect(hypervolume(losses, [1.1, 1.1])).toBeGreaterThan(0.98 * (1.1 ** 2 - 1 / 3));
  });

  it('with three objectives, dominates 98 % of the volume of 91 evenly spread points of the front', () => {
    const directions = Array.from({ length: 13 }, (_, i) => Array.from({ length: 13 - i }, (_, j) => [i, j, 12 - i - j])).flat();
    const reference = directions.map((w) => w.map((x) => x / Math.hypot(...w)));
    expect(reference).toHaveLength(91);
    const { ended } = evolved(nonDominatedSorting(cube(12), settings), cube(12), 10_000, (point) => dtlz2(point, 3));
    const corner = [1.1, 1.1, 1.1];
    const found = hypervolume(
      ended.map(({ losses }) => losses!),
      corner,
    );
    expect(found).toBeGreaterThan(0.98 * hypervolume(reference, corner));
  });
});
