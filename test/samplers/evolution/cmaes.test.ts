import { describe, expect, it } from 'vitest';
import { type CmaesState, covarianceAdaptation } from '../../../src/samplers/evolution/cmaes/cmaes.ts';
import type { CmaesSettings } from '../../../src/samplers/evolution/cmaes/cmaesRun.ts';
import type { Evolution } from '../../../src/samplers/evolution/evolution.ts';
import type { Domain, Point } from '../../../src/space/axis.ts';
import { normal } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, int, when } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { type Ended, type Suggested, stateTag } from '../../../src/strategy/messages.ts';
import { rootEnv } from '../../support/interview.ts';
import { evolved, suggestedBy } from './evolving.ts';

const settings: CmaesSettings = { population: 6, sigma: 1 / 6, restarts: 'none' };
const envOf = (domain: Domain, rest: Partial<Env> = {}): Env => ({ ...rootEnv(domain, rest), name: 'cmaes' });
const plane = envOf(space({ x: float(0, 1), y: float(0, 1) }));
const bowl = ([x, y]: Point) => [(x! - 0.3) ** 2 + 100 * (y! - 0.8) ** 2];
const bestOf = (ended: readonly Ended[]) => ended.reduce((best, one) => (one.losses![0]! < best.losses![0]! ? one : best));

const told = (id: number, point: Point, loss: number, by = 'sobol'): Ended => ({
  type: 'ended',
  outcome: 'completed',
  id,
  by,
  point,
  losses: [loss],
});
const completed = (suggested: Suggested, loss: number): Ended => told(suggested.id, suggested.point, loss, 'cmaes');

/** Asks for some trials at once; none has ended. */
function issued(core: Evolution<CmaesState>, env: Env, ids: readonly number[], from = core.start) {
  let state = from;
  const open = ids.map((id) => {
    const suggested = suggestedBy(core, state, env, id);
    state = core.tell(state, suggested);
    return suggested;
  });
  return { state, open };
}

describe('covarianceAdaptation', () => {
  it('finds the bottom of a bowl, on its edge as well', () => {
    const core = covarianceAdaptation(plane, settings);
    expect(bestOf(evolved(core, plane, 250, bowl).ended).losses![0]).toBeLessThan(1e-6);
    const edge = evolved(core, plane, 250, ([x, y]) => [x! ** 2 + (1 - y!) ** 2]);
    expect(bestOf(edge.ended).losses![0]).toBeLessThan(1e-6);
  });

  it('starts from the middle of the priors', () => {
    const tilted = envOf(space({ x: float(0, 1, { prior: normal(0.1, 0.05) }), y: float(0, 1) }));
    const { open } = issued(
      covarianceAdaptation(tilted, settings),
      tilted,
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    const mean = (axis: number) => open.reduce((sum, { point }) => sum + point[axis]!, 0) / 60;
    const spread = (axis: number) => Math.sqrt(open.reduce((sum, { point }) => sum + (point[axis]! - mean(axis)) ** 2, 0) / 60);
    expect(mean(0)).toBeCloseTo(0.1, 1);
    expect(mean(1)).toBeCloseTo(0.5, 1);
    expect(spread(0)).toBeLessThan(0.03);
    expect(spread(1)).toBeCloseTo(1 / 6, 1);
  });

  it('starts from the best result before its first trial', () => {
    const results = Array.from({ length: 40 }, (_, i) => told(i + 1, [(i % 8) / 8, Math.floor(i / 8) / 5], 0)).map((one) => ({
      ...one,
      losses: bowl(one.point),
    }));
    const core = covarianceAdaptation(plane, settings);
    const { state } = issued(core, plane, [41], results.reduce(core.tell, core.start));
    const { mean, sigma } = state.run!.distribution.normal;
    // The best tenth: y = 0.8 with x = 0.25, 0.375, 0.125 and 0.5.
    expect(mean[0]).toBeCloseTo((0.25 + 0.375 + 0.125 + 0.5) / 4, 12);
    expect(mean[1]).toBeCloseTo(0.8, 12);
    const variance = [0.0625, 0.0625, 0.1875, 0.1875].reduce((sum, d) => sum + d * d, 0) / 4;
    expect(sigma).toBeCloseTo(((0.01 + variance) * 0.01) ** 0.25, 12);
  });

  it('never waits for a generation, and learns from late results too', () => {
    const core = covarianceAdaptation(plane, settings);
    const { state, open } = issued(
      core,
      plane,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(core.barrier).toBeUndefined();
    const halfway = open.slice(8, 14).reduce((s, one) => core.tell(s, completed(one, bowl(one.point)[0]!)), state);
    expect(halfway.run!.distribution.normal.generation).toBe(1);
    const later = open.slice(0, 6).reduce((s, one) => core.tell(s, completed(one, bowl(one.point)[0]!)), halfway);
    expect(later.run!.distribution.normal.generation).toBe(2);
    expect(later.open.map(({ id }) => id)).toEqual([7, 8, 15, 16, 17, 18, 19, 20]);
    // Results of the previous distribution are recognised.
    const { state: mixed } = issued(core, plane, [21], later);
    expect(mixed.open.map(({ generation }) => generation)).toEqual([...Array(8).fill(0), 2]);
  });

  it('ignores lost trials, and ranks failed and infeasible ones last', () => {
    const core = covarianceAdaptation(plane, settings);
    const { state, open } = issued(core, plane, [1, 2, 3, 4, 5, 6, 7]);
    const failed = (one: Suggested, reason: string): Ended => ({ ...one, type: 'ended', outcome: 'failed', reason });
    const facts = [
      failed(open[0]!, 'lost'),
      failed(open[1]!, 'infeasible'),
      failed(open[2]!, 'error'),
      ...open.slice(3).map((one) => completed(one, 5)),
    ];
    const after = facts.slice(0, -1).reduce(core.tell, state);
    expect(after.run!.outcomes).toHaveLength(5);
    expect(core.tell(after, facts.at(-1)!).run!.distribution.normal.generation).toBe(1);
  });

  it('accepts the result of another strategy only if it is better than all of its own', () => {
    const core = covarianceAdaptation(plane, settings);
    const { state, open } = issued(core, plane, [1, 2]);
    const mine = core.tell(state, completed(open[0]!, 3));
    expect(core.tell(mine, told(9, [0.1, 0.1], 4)).run!.outcomes).toHaveLength(1);
    expect(core.tell(mine, told(9, [0.1, 0.1], 2)).run!.outcomes).toHaveLength(2);
    const promoted = core.tell(mine, { ...told(9, open[0]!.point, 1, 'asha'), budget: 9, resumes: 1 });
    expect(promoted.run!.outcomes).toMatchObject([{ id: 9, standing: { losses: [1], budget: 9 } }]);
  });

  it('reconstructs a draw whose ask was retried from its tag', () => {
    const core = covarianceAdaptation(plane, settings);
    const suggested = suggestedBy(core, core.start, plane, 1, 3);
    expect(suggested.tags).toEqual({ origin: 'run 1, generation 1', ...stateTag('cmaes', 3) });
    const state = core.tell(core.start, suggested);
    expect(state.open).toMatchObject([{ id: 1, generation: 0, genes: { ordered: suggested.point.map((u) => expect.closeTo(u, 10)) } }]);
  });

  it('keeps the neighbours of an integer reachable, and draws choices at random', () => {
    const mixed = envOf(space({ x: float(0, 1), n: int(1, 10), act: choice(['a', 'b', 'c']) }));
    const cost = ([x, n, act]: Point) => [(x! - 0.6) ** 2 + Math.abs(n! - 0.65) + (act! < 0.4 ? 0 : 0.2)];
    const { state, ended } = evolved(covarianceAdaptation(mixed, settings), mixed, 300, cost);
    expect(bestOf(ended).point.slice(1)).toEqual([expect.closeTo(0.65), expect.closeTo(1 / 6)]);
    expect(bestOf(ended).losses![0]).toBeLessThan(1e-6);
    const { normal: distribution, scale } = state.run!.distribution;
    expect(distribution.sigma * scale[1]! * Math.sqrt(distribution.covariance[1]![1]!)).toBeGreaterThan(0.01);
    const lately = ended.slice(-60);
    expect(new Set(lately.map(({ point }) => point[1])).size).toBeGreaterThan(1);
    expect(new Set(lately.map(({ point }) => point[2])).size).toBe(3);
  });

  it('works if no parameter is ordered', () => {
    const letters = envOf(space({ a: choice([1, 2, 3, 4, 5]), b: choice([1, 2, 3, 4, 5]), c: choice([1, 2, 3, 4, 5]) }));
    const { state } = evolved(covarianceAdaptation(letters, settings), letters, 240, (point) => [
      point.reduce((sum, u) => sum + (u === 0.7 ? 0 : 1), 0),
    ]);
    for (const odds of state.run!.distribution.choices.odds) expect(odds[3]).toBe(Math.max(...odds));
  });

  it('ignores inactive parameters', () => {
    const branched = envOf(space({ kind: choice(['plain', 'deep']), x: float(0, 1), depth: when('kind', 'deep', float(0, 1)) }));
    const { state, ended } = evolved(covarianceAdaptation(branched, settings), branched, 200, ([kind, x]) => [
      (kind! < 0.5 ? 0 : 1) + (x! - 0.2) ** 2,
    ]);
    expect(bestOf(ended).losses![0]).toBeLessThan(1e-6);
    expect(ended.every(({ point }) => point[0]! > 0.5 || point[2] === 0.5)).toBe(true);
    expect(state.run!.distribution.normal.mean.every((m) => m >= 0 && m <= 1)).toBe(true);
  });

  it('restarts with twice the population when it has converged, and ends without restarts', () => {
    const flat = () => [1];
    const ipop = evolved(covarianceAdaptation(plane, { ...settings, restarts: 'ipop' }), plane, 700, flat).state;
    expect(ipop.run!.number).toBeGreaterThan(1);
    expect(ipop.run!.parameters.population).toBe(6 * 2 ** (ipop.run!.number - 1));
    const once = covarianceAdaptation(plane, settings);
    expect(once.over(evolved(once, plane, 6, bowl).state)).toBe(false);
    // 10 + 30 * 2 / 6 generations without a difference.
    expect(once.over(evolved(once, plane, 6 * 19, flat).state)).toBe(false);
    expect(once.over(evolved(once, plane, 6 * 20, flat).state)).toBe(true);
  });

  it('takes longer steps where most results of a generation are equal, up to half of the range', () => {
    const core = covarianceAdaptation(plane, settings);
    expect(evolved(core, plane, 60, () => [1]).state.run!.distribution.normal.sigma).toBe(0.5);
    // Away from the middle, a slope leads to the optimum; around it, all is equal.
    const moat = ([x, y]: Point) => [Math.max(0, Math.abs(x! - 0.5) + Math.abs(y! - 0.5) - 0.4) * (x! - 1.1)];
    expect(bestOf(evolved(core, plane, 120, moat).ended).losses![0]).toBeLessThan(-0.05);
  });
});
