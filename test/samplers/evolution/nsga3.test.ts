import { describe, expect, it } from 'vitest';
import type { Losses } from '../../../src/numeric/pareto/domination.ts';
import { referenceDirections } from '../../../src/numeric/pareto/referenceDirections.ts';
import { referenceSorting } from '../../../src/samplers/evolution/nsga3.ts';
import type { Ended } from '../../../src/strategy/messages.ts';
import { cube, dtlz2 } from './dtlz.ts';
import { evolved, suggestedBy } from './evolving.ts';
import { settings as nsga2Settings } from './nsga2Settings.ts';

const settings = { ...nsga2Settings, population: 28 };

describe('referenceSorting', () => {
  it('keeps a parent near almost every direction', () => {
    const env = { ...cube(7), objectives: ['a', 'b', 'c'] };
    const { state } = evolved(referenceSorting(env, { ...settings, population: 36 }), env, 2500, (point) => dtlz2(point, 3));
    const directions = referenceDirections(3, 7);
    const cosine = (w: Losses, losses: Losses) => w.reduce((sum, x, k) => sum + x * losses[k]!, 0) / Math.hypot(...w);
    const used = state.parents.map(({ standing: { losses } }) => {
      const cosines = directions.map((w) => cosine(w, losses));
      return cosines.indexOf(Math.max(...cosines));
    });
    expect(directions).toHaveLength(36);
    expect(new Set(used).size).toBeGreaterThanOrEqual(35); // NSGA-II: about 20
  });

  it('prefers feasible trials, and among infeasible ones the least infeasible', () => {
    const env = { ...cube(2), objectives: ['a', 'b', 'c'] };
    const core = referenceSorting(env, { ...settings, population: 4 });
    const end = (id: number, violation: number): Ended => ({
      ...suggestedBy(core, core.start, env, id),
      id,
      type: 'ended',
      outcome: 'completed',
      losses: [id, 9 - id, 1],
      constraints: [violation],
    });
    const state = [end(1, 3), end(2, 0), end(3, 1), end(4, 0), end(5, 2), end(6, 4), end(7, 0.5), end(8, 5)].reduce(core.tell, core.start);
    expect(state.parents.map(({ id }) => id)).toEqual([2, 4, 7, 3]);
  });
});
