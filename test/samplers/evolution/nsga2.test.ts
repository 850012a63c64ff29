import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../src/numeric/pareto/hypervolume.ts';
import { nonDominatedSorting } from '../../../src/samplers/evolution/nsga2.ts';
import type { Ended, StrategyEvent } from '../../../src/strategy/messages.ts';
import { cube, dtlz2 } from './dtlz.ts';
import { evolved, suggestedBy } from './evolving.ts';
import { settings } from './nsga2Settings.ts';

describe('nonDominatedSorting', () => {
  it('dominates 98 % of the volume of the front of DTLZ2', () => {
    const { state } = evolved(nonDominatedSorting(cube(11), settings), cube(11), 10_000, (point) => dtlz2(point, 2));
    const losses = state.parents.map(({ standing }) => standing.losses);
    expect(hypervolume(losses, [1.1, 1.1])).toBeGreaterThan(0.98 * (1.1 ** 2 - Math.PI / 4));
  });

  it('stays on the feasible side of a constraint', () => {
    const env = cube(2);
    const core = nonDominatedSorting(env, { ...settings, population: 20 });
    let state = core.start;
    const at = (id: number): Ended => {
      const suggested = suggestedBy(core, state, env, id);
      const [x, y] = suggested.point as [number, number];
      return { ...suggested, type: 'ended', outcome: 'completed', losses: [x, y], constraints: [1 - x - y] };
    };
    for (let id = 1; id <= 600; id++) {
      const end = at(id);
      state = core.tell(core.tell(state, { ...end, type: 'suggested' } as never), end);
    }
    for (const { standing } of state.parents) {
      expect(standing.tier).toBe(0);
      expect(standing.losses[0]! + standing.losses[1]!).toBeLessThan(1.1);
    }
  });

  it('selects as soon as there is a population; until then, children descend from the founders', () => {
    const env = cube(2);
    const core = nonDominatedSorting(env, { ...settings, population: 4 });
    let state = core.start;
    const open = [1, 2, 3, 4, 5, 6].map((id) => {
      const suggested = suggestedBy(core, state, env, id);
      state = core.tell(state, suggested);
      return suggested;
    });
    expect(open.map(({ tags }) => tags!.origin)).toEqual([
      ...Array(4).fill('generation 1, founder'),
      ...Array(2).fill('generation 1, drawn'),
    ]);
    for (const one of open.slice(2)) {
      expect(state.generation).toBe(0);
      state = core.tell(state, { ...one, type: 'ended', outcome: 'completed', losses: [...one.point] });
    }
    expect(state).toMatchObject({ generation: 1, children: [] });
    expect(suggestedBy(core, state, env, 7).tags!.origin).toMatch(/^generation 2, parents? /);
    // Failures delay nothing, and late results join the next selection.
    state = core.tell(state, { ...open[0]!, type: 'ended', outcome: 'failed', reason: 'error' });
    state = core.tell(state, { ...open[1]!, type: 'ended', outcome: 'completed', losses: [-1, -1] });
    expect(state.children.map(({ id }) => id)).toEqual([2]);
  });

  it('with one objective, selects from trials of different budgets by their places in one order', () => {
    const env = { ...cube(2), rungs: [1, 9] };
    const core = nonDominatedSorting(env, { ...settings, population: 2 });
    const begin = (id: number): StrategyEvent => ({ type: 'suggested', id, by: 'x', point: [id / 10, 0.5] });
    const report = (id: number, step: number, loss: number): StrategyEvent => ({ type: 'reported', id, step, losses: [loss] });
    const end = (id: number, rest: Partial<Ended>): Ended => ({
      type: 'ended',
      outcome: 'completed',
      id,
      by: 'x',
      point: [id / 10, 0.5],
      ...rest,
    });
    const facts = [
      ...[begin(1), report(1, 1, 5), end(1, { losses: [0.5], budget: 9 })],
      ...[begin(2), report(2, 1, 7), end(2, { losses: [0.7], budget: 9 })],
      ...[begin(3), report(3, 1, 6), end(3, { outcome: 'stopped', step: 1, losses: [6] })], // between the two at step 1
      ...[begin(4), report(4, 1, 8), end(4, { outcome: 'stopped', step: 1, losses: [8] })],
    ];
    const state = facts.reduce((before, fact) => core.tell(before, fact), core.start);
    expect(state.parents.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('accepts results of other strategies as founders, and a promotion as its trial', () => {
    const env = cube(2);
    const core = nonDominatedSorting(env, { ...settings, population: 4 });
    const told = (id: number, by: string, rest: Partial<Ended> = {}): Ended => ({
      type: 'ended',
      outcome: 'completed',
      id,
      by,
      point: [id / 10, 0.5],
      losses: [id, -id],
      ...rest,
    });
    const state = [told(1, 'sobol'), told(2, 'sobol'), told(3, 'asha', { resumes: 2, budget: 9 })].reduce(core.tell, core.start);
    expect(state.immigrants).toBe(2);
    expect(state.children.map(({ id }) => id)).toEqual([1, 3]);
  });
});
