import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { drawRates, newMemory, remembered } from '../../../src/samplers/evolution/de/adaptation.ts';
import { type DeSettings, type DeState, differentialEvolution } from '../../../src/samplers/evolution/de/de.ts';
import { differentialChild } from '../../../src/samplers/evolution/de/variation.ts';
import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, when } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Ended, StrategyEvent } from '../../../src/strategy/messages.ts';
import { stateTag } from '../../../src/strategy/messages.ts';
import { rootEnv } from '../../support/interview.ts';
import { evolved, suggestedBy } from './evolving.ts';

const settings: DeSettings = { population: 6, generations: Number.POSITIVE_INFINITY, start: 'current-to-pbest' };
const domain = space({ x: float(0, 1), y: float(0, 1) });
const plane: Env = { ...rootEnv(domain), name: 'de' };
const ended = (id: number, loss: number, target?: object, rest: Partial<Ended> = {}): Ended => ({
  type: 'ended',
  outcome: 'completed',
  id,
  by: 'de',
  point: [id / 100, 0.5],
  losses: [loss],
  ...(target && { tags: stateTag('de', target) }),
  ...rest,
});
const losses = ({ members }: DeState) => members.map(({ standing }) => standing.losses[0]);

describe('rates', () => {
  it('are drawn near what has worked, to two digits', () => {
    const rng = rngFor('rates', '', 1);
    const memory = [{ scale: 0.7, crossover: 0.2 }];
    const drawn = Array.from({ length: 2001 }, () => drawRates(memory, rng));
    const median = (of: readonly number[]) => of.toSorted((a, b) => a - b)[1000];
    expect(median(drawn.map(({ scale }) => scale))).toBeCloseTo(0.7, 1);
    expect(median(drawn.map(({ crossover }) => crossover))).toBeCloseTo(0.2, 1);
    for (const { scale, crossover } of drawn) {
      expect(scale > 0 && scale <= 1 && crossover >= 0 && crossover <= 1).toBe(true);
      expect(Math.round(scale * 100) / 100).toBe(scale);
    }
  });
  it('are remembered by their Lehmer mean, weighted by what they gained', () => {
    const successes = [
      { scale: 0.4, crossover: 0, gain: 3 },
      { scale: 0.8, crossover: 0, gain: 1 },
    ];
    const memory = remembered(newMemory, successes);
    expect(memory).toHaveLength(newMemory.length);
    expect(memory.at(-1)).toEqual({ scale: expect.closeTo((3 * 0.16 + 0.64) / (3 * 0.4 + 0.8)), crossover: 0 });
    expect(remembered(newMemory, [])).toBe(newMemory);
  });
});

describe('differentialChild', () => {
  const rng = () => rngFor('child', '', 1);
  const donors = { target: [0.5, 0.5], base: [0.7, 0.4], plus: [0.6, 0.9], minus: [0.5, 0.8] };
  it('adds a difference', () => {
    const [x, y] = differentialChild(domain.axes, donors, 'rand', { scale: 0.5, crossover: 1 }, rng());
    expect([x, y]).toEqual([expect.closeTo(0.75), expect.closeTo(0.45)]);
    const [u, v] = differentialChild(domain.axes, donors, 'current-to-pbest', { scale: 0.5, crossover: 1 }, rng());
    expect([u, v]).toEqual([expect.closeTo(0.5 + 0.1 + 0.05), expect.closeTo(0.5 - 0.05 + 0.05)]);
  });
  it('changes one parameter at least', () => {
    const child = differentialChild(domain.axes, donors, 'rand', { scale: 0.5, crossover: 0 }, rng());
    expect(child.filter((u) => u === 0.5)).toHaveLength(1);
  });
  it('goes halfway to a bound that it would cross', () => {
    const far = { ...donors, plus: [1, 0], minus: [0, 1] };
    const child = differentialChild(domain.axes, far, 'rand', { scale: 1, crossover: 1 }, rng());
    expect(child).toEqual([expect.closeTo(0.85), expect.closeTo(0.2)]);
  });
  it('takes a parameter that a donor lacks from members that have it', () => {
    const { axes } = space({ kind: choice(['plain', 'deep']), depth: when('kind', 'deep', float(0, 1)) });
    const deep = { target: [0.25, 0.5], base: [0.75, 0.9], plus: [0.75, 0.2], minus: [0.25, 0.5] };
    for (let i = 0; i < 50; i++) {
      const [kind, depth] = differentialChild(axes, deep, 'rand', { scale: 0.5, crossover: 1 }, rngFor('deep', '', i)) as [number, number];
      expect(depth).toBe(kind > 0.5 ? 0.9 : 0.5);
    }
  });
});

describe('differentialEvolution', () => {
  it('finds the bottom of a bowl', () => {
    const core = differentialEvolution(plane, settings);
    const { state } = evolved(core, plane, 300, ([x, y]: Point) => [(x! - 0.3) ** 2 + (y! - 0.8) ** 2]);
    expect(Math.min(...state.members.map(({ standing }) => standing.losses[0]!))).toBeLessThan(1e-6);
  });

  it('replaces only the target by a child that is no worse', () => {
    const core = differentialEvolution(plane, settings);
    const founded = [5, 1, 7, 3, 9, 8].map((loss, i) => ended(i + 1, loss)).reduce(core.tell, core.start);
    const child = (id: number, loss: number, place: number) => ended(id, loss, { place: place - 1, scale: 0.5, crossover: 0.9 });
    expect(losses(core.tell(founded, child(7, 4, 1)))).toEqual([4, 1, 7, 3, 9, 8]);
    expect(losses(core.tell(founded, child(7, 4, 2)))).toEqual([5, 1, 7, 3, 9, 8]);
    const won = core.tell(founded, child(7, 4, 1));
    expect(won.archive).toEqual([[0.01, 0.5]]);
    expect(won.successes).toEqual([{ scale: 0.5, crossover: 0.9, gain: 1 }]);
    // A tie moves the population, but teaches nothing.
    const tied = core.tell(founded, child(7, 5, 1));
    expect(tied.members[0]!.id).toBe(7);
    expect(tied.successes).toEqual([]);
  });

  it('renews its memory after as many children as there are members', () => {
    const core = differentialEvolution(plane, settings);
    const founded = [5, 1, 7, 3, 9, 8].map((loss, i) => ended(i + 1, loss)).reduce(core.tell, core.start);
    const children = [0, 1, 2, 3, 4, 5].map((i) => ended(7 + i, 4, { place: i, scale: 0.9, crossover: 0.1 }));
    expect(children.slice(0, 5).reduce(core.tell, founded).memory).toBe(founded.memory);
    const { memory, successes, competed } = children.reduce(core.tell, founded);
    expect(memory.at(-1)).toEqual({ scale: expect.closeTo(0.9), crossover: expect.closeTo(0.1) });
    expect([successes, competed]).toEqual([[], 0]);
  });

  it('uses results of others as founders, later in place of the worst; and a promotion in place of its trial', () => {
    const core = differentialEvolution(plane, settings);
    const others = [5, 1, 7].map((loss, i) => ended(i + 1, loss, undefined, { by: 'sobol' })).reduce(core.tell, core.start);
    expect(others.immigrants).toBe(3);
    const full = [3, 9, 8].map((loss, i) => ended(i + 4, loss)).reduce(core.tell, others);
    expect(losses(core.tell(full, ended(9, 2, undefined, { by: 'queue' })))).toEqual([5, 1, 7, 3, 2, 8]);
    expect(losses(core.tell(full, ended(9, 10, undefined, { by: 'queue' })))).toEqual([5, 1, 7, 3, 9, 8]);
    expect(losses(core.tell(full, ended(9, 10, undefined, { by: 'asha', resumes: 2 })))).toEqual([5, 10, 7, 3, 9, 8]);
    expect(losses(core.tell(full, { ...ended(9, 0), outcome: 'failed' } as Ended))).toEqual([5, 1, 7, 3, 9, 8]);
  });

  it('compares trials of different budgets by their places in one order', () => {
    const core = differentialEvolution({ ...plane, rungs: [1, 9] }, { ...settings, population: 4 });
    const begin = (id: number): StrategyEvent => ({ type: 'suggested', id, by: 'de', point: [id / 100, 0.5] });
    const report = (id: number, step: number, loss: number): StrategyEvent => ({ type: 'reported', id, step, losses: [loss] });
    const trained = (id: number, first: number, last: number) => [
      ...[begin(id), report(id, 1, first), report(id, 9, last)],
      ended(id, last, undefined, { budget: 9 }),
    ];
    const founders = [...trained(1, 5, 0.5), ...trained(2, 6, 0.6), ...trained(3, 7, 0.7), ...trained(4, 8, 0.8)];
    const told = (facts: readonly StrategyEvent[], from = core.start) => facts.reduce((state, fact) => core.tell(state, fact), from);
    const child = (id: number, loss: number) => [
      ...[begin(id), report(id, 1, loss)],
      ended(id, loss, { place: 2, scale: 0.5, crossover: 0.9 }, { outcome: 'stopped', step: 1 }),
    ];
    const ids = ({ members }: DeState) => members.map(({ id }) => id);
    // At step 1 trial 3 had 7: a child that had 6.5 there is before it, though it was stopped; one that had 7.5 is behind it.
    expect(ids(told([...founders, ...child(5, 6.5)]))).toEqual([1, 2, 5, 4]);
    expect(ids(told([...founders, ...child(5, 7.5)]))).toEqual([1, 2, 3, 4]);
    // Of the five, the child is third and trial 3 fourth: normal scores of 2.5 / 5 and 3.5 / 5.
    expect(told([...founders, ...child(5, 6.5)]).successes[0]!.gain).toBeCloseTo(0.524400513, 8);
    // With one budget, only the losses count.
    expect(losses(told(founders))).toEqual([0.5, 0.6, 0.7, 0.8]);
  });

  it('draws until there are four results, and never waits', () => {
    const core = differentialEvolution(plane, { ...settings, population: 4 });
    let state = core.start;
    for (let id = 1; id <= 4; id++) state = core.tell(state, suggestedBy(core, state, plane, id));
    expect(suggestedBy(core, state, plane, 5).tags).toEqual({ origin: 'drawn' });
    for (let id = 1; id <= 4; id++) state = core.tell(state, ended(id, id));
    expect(suggestedBy(core, state, plane, 5).tags!.origin).toMatch(/^place \d, F [\d.]+, CR [\d.]+$/);
    const fixed = differentialEvolution(plane, { ...settings, population: 4, start: 'rand', scale: 0.5, crossover: 0.9 });
    expect(suggestedBy(fixed, state, plane, 5).tags!.origin).toMatch(/^place 1, F 0.5, CR 0.9$/);
  });
});
