import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFleet } from '../../src/testing/fleet.ts';
import { createTestStudy } from '../../src/testing/testStudy.ts';
import type { Strategy } from '../../streams/index.ts';
import * as h from '../../streams/index.ts';
import { fleet, net } from '../contract/world.ts';
import { runs } from '../support/runs.ts';

/** Any small strategy: stages of all kinds, nested up to three deep. */
const { strategy } = fc.letrec<{ strategy: Strategy; leaf: Strategy; nested: Strategy }>((tie) => ({
  leaf: fc
    .constantFrom<(() => Strategy)[]>(
      h.random,
      h.sobol,
      () => h.grid({ levels: 2 }),
      () => h.ga({ population: 4 }),
      () => h.ga({ population: 4, mode: 'generational', generations: 2 }),
      () => h.asha({ min: 1, max: 9, pause: true, first: 1 }),
      () => h.asha({ min: 1, max: 4, eta: 2 }),
      () => h.percentileStop({ warmup: 1 }),
    )
    .map((make) => make()),
  nested: fc.oneof(
    fc.array(tie('strategy'), { maxLength: 3 }).map((stages) => h.chain(...stages)),
    fc.tuple(fc.nat(8), tie('strategy')).map(([n, inner]) => h.take(n, inner)),
    fc.tuple(fc.integer({ min: 1, max: 4 }), tie('strategy')).map(([n, inner]) => h.until(h.plateau(n), inner)),
    fc.tuple(tie('strategy'), tie('strategy')).map(([one, two]) => h.mix({ one: [one, 2], two })),
    fc.tuple(tie('strategy'), tie('strategy')).map(([one, two]) => h.bandit({ one, two })),
    tie('strategy').map((inner) => h.fill(inner)),
    tie('strategy').map((inner) => h.dedupe(inner)),
  ),
  strategy: fc.oneof({ maxDepth: 2 }, tie('leaf'), tie('nested')),
}));

/** All that a study wrote and sent to its trainers, or its error. The name of its strategy in `created` is left out. */
function lived(of: Strategy, order: number) {
  try {
    const world = createTestStudy(net, of, { trials: 20, parallel: 3, seed: 1 });
    runFleet(world, order, fleet);
    return { facts: world.entries.slice(1).map(({ fact }) => fact), directives: world.given };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}

const same = (law: (s: Strategy, t: Strategy, u: Strategy) => readonly [Strategy, Strategy]) =>
  fc.assert(
    fc.property(strategy, strategy, strategy, fc.nat(1000), (s, t, u, order) => {
      const [left, right] = law(s, t, u);
      expect(lived(left, order)).toEqual(lived(right, order));
    }),
    { numRuns: runs(30, 5), seed: 1 },
  );

/** A strategy at the path of another one: random numbers and names in the log depend on the path. */
const at =
  (path: string, inner: Strategy): Strategy =>
  (env) =>
    inner({ ...env, name: env.name ? `${env.name}/${path}` : path });
const behind = (first: Strategy) => h.chain(first, h.random());
const nothing: Strategy = () => (messages$) => messages$;
const forever = Number.MAX_SAFE_INTEGER;

describe('the laws of composition, by logs and by directives', () => {
  it('the strategies tried suggest, promote and stop', () => {
    const lives = fc.sample(strategy, { numRuns: 100, seed: 1 }).map((s) => lived(behind(s), 1));
    const having = (has: (of: unknown) => boolean) =>
      lives.filter(({ facts = [], directives = [] }) => [...facts, ...directives.map(({ directive }) => directive)].some(has)).length;
    expect(having((m) => (m as { resumes?: number }).resumes !== undefined)).toBeGreaterThan(3);
    expect(having((m) => (m as { type: string }).type === 'stop')).toBeGreaterThan(3);
    expect(lives.filter(({ failed }) => failed !== undefined).length).toBeLessThan(20);
  });

  it('chain() does nothing', () => {
    same((s) => [h.chain(h.chain(), s), s]);
    same((s) => [h.chain(s, h.chain()), s]);
    same((s) => [h.chain(s), s]);
  });
  it('chain is associative', () => {
    same((s, t, u) => [h.chain(h.chain(s, t), u), h.chain(s, t, u)]);
    same((s, t, u) => [h.chain(s, h.chain(t, u)), h.chain(s, t, u)]);
  });
  it('after a stage that answers every ask, later stages never propose', () =>
    same((s) => [h.chain(s, h.random(), h.sobol(), h.ga()), h.chain(s, h.random())]));
  it('a stage that passes all messages on changes nothing', () => same((s, t) => [h.chain(s, nothing, t), h.chain(s, t)]));

  it('mix of one is the member, whatever its weight', () => {
    same((s) => [behind(h.mix({ only: s })), behind(at('mix/only', s))]);
    same((s) => [behind(h.mix({ only: [s, 0.01] })), behind(at('mix/only', s))]);
  });
  it('mix compares weights only: 1 and 3 are the same as 2 and 6', () =>
    same((s, t) => [behind(h.mix({ one: [s, 1], two: [t, 3] })), behind(h.mix({ one: [s, 2], two: [t, 6] }))]));
  it('bandit of one is the member', () => same((s) => [behind(h.bandit({ only: s })), behind(at('bandit/only', s))]));

  it('take of more trials than the study has is the strategy itself', () =>
    same((s) => [behind(h.take(forever, s)), behind(at('take', s))]));
  it('until with a condition that never holds is the strategy itself', () => {
    same((s) => [behind(h.until({ init: () => false, tell: () => false, holds: () => false }, s)), behind(at('until', s))]);
    same((s) => [behind(h.until(h.plateau(forever), s)), behind(at('until', s))]);
  });
  it('take(n, take(m)) proposes the same as take of the smaller number', () =>
    same((s) => [behind(h.take(3, at('x', h.take(9, s)))), behind(h.take(9, at('x', h.take(3, s))))]));
  it('fill does nothing if no stage waits', () => same(() => [h.chain(h.random(), h.fill(h.sobol())), h.random()]));
});
