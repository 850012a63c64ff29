import { describe, expect, it } from 'vitest';
import { type GaSettings, type GaState, geneticAlgorithm } from '../../../src/samplers/evolution/ga.ts';
import { space } from '../../../src/space/space.ts';
import { float, int } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';
import { rootEnv } from '../../support/interview.ts';
import { answerOf } from './evolving.ts';

const plane = space({ x: float(0, 1), y: float(0, 1) });
const settings: GaSettings = {
  mode: 'generational',
  population: 4,
  generations: Number.POSITIVE_INFINITY,
};
const envOf = (domain = plane as { axes: Env['axes']; snap: Env['snap']; feasible: Env['feasible'] }): Env => ({
  ...rootEnv(domain),
  name: 'ga',
});
const env = envOf();

const suggested = (id: number, by = 'ga', point = [id / 100, 0.5]): Suggested => ({ type: 'suggested', id, by, point });
const completed = (id: number, loss: number, by = 'ga'): Ended => ({
  ...suggested(id, by),
  type: 'ended',
  outcome: 'completed',
  losses: [loss],
});
const failed = (id: number): Ended => ({ ...suggested(id), type: 'ended', outcome: 'failed', reason: 'error' });
const ids = (members: GaState['parents']) => members.map(({ id }) => id);

/** A core, told facts. */
function told(core: ReturnType<typeof geneticAlgorithm>, facts: readonly (Suggested | Ended)[], from = core.start): GaState {
  return facts.reduce((state, fact) => core.tell(state, fact), from);
}
const generation = (...ended: Ended[]) => [...ended.map(({ id }) => suggested(id)), ...ended];

describe('geneticAlgorithm, generation by generation', () => {
  const core = geneticAlgorithm(env, settings);
  const founded = core.barrier!.advance(told(core, generation(completed(1, 5), completed(2, 1), completed(3, 7), completed(4, 3))));

  it('takes the next parents from parents and children, the fittest first', () => {
    expect(ids(founded.parents)).toEqual([2, 4, 1, 3]);
    const next = told(core, generation(completed(5, 2), completed(6, 9), completed(7, 4), completed(8, 8)), founded);
    expect(ids(next.parents)).toEqual([2, 4, 1, 3]); // while the generation runs
    expect(ids(core.barrier!.advance(next).parents)).toEqual([2, 5, 4, 7]);
  });

  it('keeps its best, and does not evaluate it again', () => {
    let state = core.start;
    let best = Number.POSITIVE_INFINITY;
    for (let id = 1; id <= 200; id++) {
      const { point } = answerOf(core, state, { type: 'ask', id });
      const loss = (point[0]! - 0.3) ** 2 + (point[1]! - 0.8) ** 2;
      best = Math.min(best, loss);
      state = told(core, [suggested(id, 'ga', [...point]), { ...completed(id, loss), point }], state);
      if (core.barrier!.full(state) && core.barrier!.settled(state)) {
        state = core.barrier!.advance(state);
        expect(state.parents[0]!.standing.losses[0]).toBe(best);
      }
    }
    expect(state.generation).toBe(50);
    expect(state.known.size).toBe(200);
  });

  it('draws from the priors while there are no parents', () => {
    const state = core.barrier!.advance(told(core, generation(failed(1), failed(2), failed(3), failed(4))));
    expect(answerOf(core, state, { type: 'ask', id: 5 }).tags).toEqual({ origin: 'generation 2, drawn' });
  });

  it('tags the origin of a child', () => {
    expect(answerOf(core, core.start, { type: 'ask', id: 1 }).tags).toEqual({ origin: 'generation 1, founder' });
    const tags = Array.from({ length: 60 }, (_, i) => answerOf(core, founded, { type: 'ask', id: 5 + i }).tags!.origin!);
    for (const tag of tags) expect(tag).toMatch(/^generation 2, (parent [1-4]|parents [1-4], [1-4])$/);
    expect(tags.filter((tag) => tag.includes('parents')).length).toBeGreaterThan(40);
    expect(tags.filter((tag) => /parent \d/.test(tag)).length).toBeGreaterThan(0);
  });
});

describe('geneticAlgorithm, steady', () => {
  const core = geneticAlgorithm(env, { ...settings, mode: 'steady' });

  it('founds with a Latin hypercube: each quarter of each axis holds one', () => {
    let state = core.start;
    const founders = [1, 2, 3, 4].map((id) => {
      const { point } = answerOf(core, state, { type: 'ask', id });
      state = core.tell(state, suggested(id, 'ga', [...point]));
      return point;
    });
    for (const axis of [0, 1]) expect(founders.map((point) => Math.floor(point[axis]! * 4)).sort()).toEqual([0, 1, 2, 3]);
  });

  it('lets each result have children at once, whatever strategy suggested it', () => {
    const state = told(core, [suggested(1), suggested(2), suggested(3, 'queue'), completed(3, 1, 'queue'), completed(2, 5), failed(1)]);
    expect(ids(state.parents)).toEqual([3, 2]);
  });

  it('founds with fewer if there are results of others, but not for promotions of its own trials', () => {
    const others = told(
      core,
      [1, 2, 3].flatMap((id) => [suggested(id, 'sobol'), completed(id, id, 'sobol')]),
    );
    expect(answerOf(core, others, { type: 'ask', id: 4 }).tags).toEqual({ origin: 'founder' });
    expect(answerOf(core, core.tell(others, suggested(4)), { type: 'ask', id: 5 }).tags!.origin).toMatch(/^parent/);
    const promoted = told(core, [suggested(1), completed(1, 1), { ...completed(2, 0.5, 'asha'), budget: 9, resumes: 1 }]);
    expect(promoted).toMatchObject({ immigrants: 0, parents: [{ id: 2 }] });
  });

  it('breeds untried points, as long as there are any', () => {
    const line = space({ n: int(1, 12) });
    const small = geneticAlgorithm(envOf(line), { ...settings, mode: 'steady' });
    let state = small.start;
    const tried: number[] = [];
    for (let id = 1; id <= 11; id++) {
      const { point } = answerOf(small, state, { type: 'ask', id });
      tried.push(point[0]!);
      state = told(small, [suggested(id, 'ga', [...point]), { ...completed(id, id), point }], state);
    }
    expect(new Set(tried).size).toBe(11);
  });

  it('answers a retry with another child, the same each time', () => {
    const state = told(
      core,
      [1, 2, 3, 4].flatMap((id) => [suggested(id), completed(id, id)]),
    );
    const points = [0, 1, 2, 3].map((retry) => JSON.stringify(answerOf(core, state, { type: 'ask', id: 5, retry }).point));
    expect(new Set(points).size).toBe(4);
    expect(JSON.stringify(answerOf(core, state, { type: 'ask', id: 5, retry: 3 }).point)).toBe(points[3]);
  });
});
