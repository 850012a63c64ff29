import { expect, it } from 'vitest';
import { fronts, type Losses } from '../../../src/numeric/pareto/domination.ts';
import { hypervolume } from '../../../src/numeric/pareto/hypervolume.ts';
import { nonDominatedSorting } from '../../../src/samplers/evolution/nsga2.ts';
import { referenceSorting } from '../../../src/samplers/evolution/nsga3.ts';
import { cube, dtlz7 } from './dtlz.ts';
import { evolved } from './evolving.ts';
import { settings as nsga2Settings } from './nsga2Settings.ts';

const settings = { ...nsga2Settings, population: 28 };

const firstFront = (losses: readonly Losses[]): Losses[] => fronts(losses)[0]!.map((i) => losses[i]!);

it('dominates more than NSGA-II after 200 trials with five objectives', () => {
  const corner = [1.1, 1.1, 1.1, 1.1, 22 * (5 / 3)];
  const mean = (sorting: typeof nonDominatedSorting | typeof referenceSorting) => {
    const volumes = [0, 1, 2, 3].map((seed) => {
      const env = { ...cube(14), seed: `${seed}`, objectives: ['a', 'b', 'c', 'd', 'e'] };
      const losses = evolved(sorting(env, settings), env, 200, (point) => dtlz7(point, 5)).ended.map(({ losses }) => losses!);
      return hypervolume(firstFront(losses), corner);
    });
    return volumes.reduce((sum, v) => sum + v, 0) / volumes.length;
  };
  expect(mean(referenceSorting)).toBeGreaterThan(1.1 * mean(nonDominatedSorting));
});
