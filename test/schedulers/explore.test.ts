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
  it('moves ordered parameters a step up or down, by one value at least, and keeps choices', () => {
    fc.assert(
      fc.property(anyRng, (rng) => {
        const { rate, units, opt, momentum, nesterov } = net.decode(explore(env, from, { resample: 0, step: 0.1, fixed: none }, rng));
        expect([0.4, 0.6]).toContain(Number(rate.toFixed(9)));
        expect([1, 3]).toContain(units);
        expect([0, 0.15]).toContain(Number(momentum!.toFixed(9))); // not beyond the end
        expect([opt, nesterov]).toEqual(['sgd', true]);
      }),
    );
  });

  it('keeps fixed parameters, and draws the others from the priors if it resamples', () => {
    fc.assert(
      fc.property(anyRng, (rng) => {
        const point = explore(env, from, { resample: 1, step: 0.1, fixed: new Set([1, 2]) }, rng);
        expect([point[1], point[2]]).toEqual([from[1], from[2]]);
        expect(point[0]).not.toBe(from[0]);
      }),
    );
  });

  it('returns feasible points, and the old one if there is no other', () => {
    fc.assert(
      fc.property(anyRng, (rng) => {
        const point = explore(env, from, { resample: 0.5, step: 0.4, fixed: none }, rng);
        expect(net.feasible(point)).toBe(true);
        expect(net.snap(point)).toEqual(point);
      }),
    );
    expect(explore({ ...env, feasible: () => false }, from, { resample: 0.5, step: 0.1, fixed: none }, rngFor('a', 'b', 1))).toBe(from);
  });

  it('draws parameters that did not exist before', () => {
    const adam = net.encode({ rate: 0.5, units: 2, opt: 'adam' });
    const seen = new Set<number | undefined>();
    for (let id = 0; id < 50; id++)
      seen.add(net.decode(explore(env, adam, { resample: 0.5, step: 0.1, fixed: none }, rngFor('x', 'y', id))).momentum);
    expect(seen.size).toBeGreaterThan(10);
  });
});
