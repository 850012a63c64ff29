import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../src/numeric/random.ts';
import { explore } from '../../src/schedulers/explore.ts';
import { atMost } from '../../src/space/constraint.ts';
import { space } from '../../src/space/space.ts';
import { boolean, choice, float, int, when } from '../../src/space/types/dimension.ts';
import { rootEnv } from '../support/interview.ts';

const net = space(
  {
    rate: float(0, 1),
    units: int(1, 4),
    opt: choice(['adam', 'sgd']),
    momentum: when('opt', 'sgd', float(0, 1)),
    nesterov: when('opt', 'sgd', boolean()),
  },
  { constraints: [atMost({ rate: 1, units: 0.25 }, 1.5)] },
);
const env = rootEnv(net);
const from = net.encode({ rate: 0.5, units: 2, opt: 'sgd', momentum: 0.05, nesterov: true });
const anyRng = fc.integer({ min: 0, max: 1e6 }).map((id) => rngFor('explore', 'test', id));
const none: ReadonlySet<number> = new Set();

describe('explore', () => {
  it('moves ordered parameters a step up or down, by one value at least, or draws them from the priors', () => {
    const moved = { rate: 0, units: 0, momentum: 0, opt: 0 };
    for (let id = 0; id < 400; id++) {
      const { rate, units, opt, momentum } = net.decode(explore(env, from, none, rngFor('explore', 'test', id)));
      if ([0.4, 0.6].includes(Number(rate.toFixed(9)))) moved.rate++;
      if ([1, 3].includes(units)) moved.units++;
      if (momentum !== undefined && [0, 0.15].includes(Number(momentum.toFixed(9)))) moved.momentum++; // not beyond the end
      if (opt === 'sgd') moved.opt++;
    }
    // Three in four move. Of the draws, half have one of these units, or the same choice.
    expect(moved.rate / 400).toBeCloseTo(0.75, 1);
    expect(moved.units / 400).toBeCloseTo(0.875, 1);
    expect(moved.opt / 400).toBeCloseTo(0.875, 1);
    expect(moved.momentum / 400).toBeCloseTo(0.75 * 0.875, 1);
  });

  it('keeps fixed parameters', () => {
    fc.assert(
      fc.property(anyRng, (rng) => {
        const point = explore(env, from, new Set([1, 2]), rng);
        expect([point[1], point[2]]).toEqual([from[1], from[2]]);
        expect(point[0]).not.toBe(from[0]);
      }),
    );
  });

  it('returns feasible points, and the old one if there is no other', () => {
    fc.assert(
      fc.property(anyRng, (rng) => {
        const point = explore(env, from, none, rng);
        expect(net.feasible(point)).toBe(true);
        expect(net.snap(point)).toEqual(point);
      }),
    );
    expect(explore({ ...env, feasible: () => false }, from, none, rngFor('a', 'b', 1))).toBe(from);
  });

  it('draws parameters that did not exist before', () => {
    const adam = net.encode({ rate: 0.5, units: 2, opt: 'adam' });
    const seen = new Set<number | undefined>();
    for (let id = 0; id < 100; id++) seen.add(net.decode(explore(env, adam, none, rngFor('x', 'y', id))).momentum);
    expect(seen.size).toBeGreaterThan(10);
  });
});
