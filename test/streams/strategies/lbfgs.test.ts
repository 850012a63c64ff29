import { describe, expect, it } from 'vitest';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import { chain } from '../../../streams/operators/chain.ts';
import { ga } from '../../../streams/strategies/evolution/ga.ts';
import { lbfgs } from '../../../streams/strategies/gradient/lbfgs.ts';
import { random } from '../../../streams/strategies/random.ts';
import { coded } from '../../support/coded.ts';
import { descend, type TestObjective } from '../../support/descend.ts';
import { interview, rootEnv } from '../../support/interview.ts';
import { conditional, mixed, textbook } from '../../support/spaces.ts';

const cube = space(Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`x${i}`, float(0, 1)])));
/** Rosenbrock's valley; the cube is [-2, 2] in each variable, and the lowest point is where all are 1. */
const valley = (point: Point): number => {
  const x = point.map((u) => 4 * u - 2);
  return x.slice(1).reduce((sum, v, i) => sum + 100 * (v - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);
};
const slope = (point: Point): number[] => {
  const x = point.map((u) => 4 * u - 2);
  const gap = (i: number) => x[i + 1]! - x[i]! ** 2;
  return x.map((v, i) => {
    const left = i > 0 ? 200 * gap(i - 1) : 0;
    return 4 * (i < 3 ? left - 400 * gap(i) * v - 2 * (1 - v) : left);
  });
};
const telling: TestObjective = { loss: valley, gradient: slope };
const env = (parallel = 1, seed = '1') => rootEnv(cube, { parallel, seed });
const kinds = (trials: ReturnType<typeof descend>['trials']) => new Set(trials.map(({ tags }) => tags!.role!.replace(/[+-]?\d+$/, '')));

describe('lbfgs', () => {
  it('follows reported gradients down a curved valley', () => {
    const found = ['1', '2', '3', '4', '5'].map((seed) => descend(lbfgs(), env(1, seed), telling, 80));
    expect(found.map(({ best }) => best).sort((a, b) => a - b)[2]).toBeLessThan(1e-6);
    for (const { trials } of found) expect(kinds(trials)).toEqual(new Set(['start', 'search']));
  });

  it('finds gradients by differences if trainers report none', () => {
    const { best, trials } = descend(lbfgs(), env(), { loss: valley }, 500);
    expect(best).toBeLessThan(1e-3);
    expect(kinds(trials)).toEqual(new Set(['start', 'search', 'probe']));
  });

  it('measures a missing gradient, or refuses the result, depending on its option', () => {
    const forgets: TestObjective = { loss: valley, gradient: (point, id) => (id === 1 ? undefined : slope(point)) };
    const { trials } = descend(lbfgs(), env(), forgets, 40);
    expect(trials.filter(({ tags }) => tags!.role!.startsWith('probe')).map(({ id }) => id)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => descend(lbfgs({ missing: 'refuse' }), env(), forgets, 40)).toThrow(coded('strategy'));
  });

  it('shortens a step that failed or increased the loss', () => {
    const { ended } = descend(lbfgs({ step: 0.5 }), env(1, '2'), { ...telling, fails: (id) => id === 2 }, 3);
    const way = (i: number) => Math.max(...ended[i]!.point.map((u, k) => Math.abs(u - ended[0]!.point[k]!)));
    expect(way(2)).toBeCloseTo(way(1) / 10, 6);
  });

  it('ends in a corner, where the slope points out of the box', () => {
    const ground: TestObjective = { loss: (point) => point.reduce((sum, u) => sum + u, 0), gradient: () => [1, 1, 1, 1] };
    const { best, handedOn } = descend(lbfgs({ restarts: 0 }), env(), ground, 100);
    expect(best).toBe(0);
    expect(handedOn).toBeLessThan(15);
  });

  it('begins elsewhere once it has converged, and hands asks on after the last time', () => {
    const { trials, handedOn } = descend(lbfgs({ restarts: 1 }), env(), telling, 400);
    expect(new Set(trials.map(({ tags }) => tags!.start))).toEqual(new Set(['1', '2']));
    expect(handedOn).toBeDefined();
  });

  it('gives up a descent that will not reach the best loss, without refining it', () => {
    // Two bowls: the left one has a minimum of 1, the right one of 0.
    const left = (point: Point) => point[0]! < 0.5;
    const bowls: TestObjective = {
      loss: (point) => (left(point) ? 1 + 4 * (point[0]! - 0.25) ** 2 : 4 * (point[0]! - 0.75) ** 2) + (point[1]! - 0.5) ** 4,
      gradient: (point) => [8 * (point[0]! - (left(point) ? 0.25 : 0.75)), 4 * (point[1]! - 0.5) ** 3, 0, 0],
    };
    const { trials, ended } = descend(lbfgs(), env(1, '2'), bowls, 200);
    const firstRight = ended.findIndex(({ losses }) => losses![0]! < 1);
    const lengths = (side: boolean, isSoon: (i: number) => boolean) => {
      const starts = new Set(
        trials.filter(({ tags, point }, i) => tags!.role === 'start' && left(point) === side && isSoon(i)).map(({ tags }) => tags!.start),
      );
      return [...starts].map((start) => trials.filter(({ tags }) => tags!.start === start).length);
    };
    const [first] = lengths(false, (i) => i <= firstRight);
    const later = lengths(true, (i) => i > firstRight);
    expect(later.length).toBeGreaterThan(1);
    expect(Math.max(...later)).toBeLessThan(first!);
  });

  it('asks for tighter tolerances as it comes closer', () => {
    const { trials } = descend(lbfgs({ tolerance: 0.01, restarts: 0 }), env(), telling, 100);
    const asked = trials.map(({ tags }) => Number(tags!.tolerance));
    expect(asked[0]).toBe(0.01);
    expect(Math.max(...asked)).toBe(0.01);
    expect(asked.at(-1)).toBeLessThan(1e-3);
    expect(descend(lbfgs(), env(), telling, 5).trials.every(({ tags }) => tags!.tolerance === undefined)).toBe(true);
  });

  it('tolerates declared noise', () => {
    const bowl = (point: Point) => 10 * point.reduce((sum, u) => sum + (u - 0.4) ** 2, 0);
    const found = ['1', '2', '3', '4', '5'].map((seed) => {
      const loss = (point: Point, id: number) => bowl(point) + 0.1 * drawNormal(rngFor(seed, 'noise', id));
      const { ended } = descend(lbfgs({ noise: 0.1 }), env(1, seed), { loss }, 100);
      return bowl([...ended].sort((a, b) => a.losses![0]! - b.losses![0]!)[0]!.point);
    });
    expect(found.sort((a, b) => a - b)[2]).toBeLessThan(0.1);
  });

  it.each(Object.entries({ cube, mixed }))('never waits for nothing if trials fail, are lost or end late: %s', (_, domain) => {
    for (const parallel of [1, 3, 8]) {
      const luck = Array.from({ length: 400 }, rngFor('luck', '', parallel));
      const { trials } = descend(
        lbfgs(),
        rootEnv(domain, { parallel }),
        {
          loss: (point, id) => point.reduce((sum, u) => sum + (u - 0.4) ** 2, 0) + 0.1 * luck[id]!,
          gradient: (point, id) => (luck[id]! < 0.4 ? undefined : point.map((u) => 2 * (u - 0.4))),
          fails: (id) => luck[id]! > 0.6,
        },
        200,
      );
      expect(trials).toHaveLength(200);
    }
  });

  it('keeps eight trainers busy from eight starts', () => {
    const { replies } = descend(lbfgs(), env(8), telling, 200);
    expect(replies.every(({ type }) => type === 'propose')).toBe(true);
  });

  it('starts from the best point of other strategies', () => {
    const strategy = chain(ga({ population: 10, generations: 2 }), lbfgs({ start: 'incumbent', restarts: 0 }), random());
    // With this seed the incumbent lies in the basin of the lowest point; the valley has another one, of height 3.70.
    const { ended } = descend(strategy, env(1, '3'), telling, 120);
    const [incumbent] = ended.slice(0, 20).sort((a, b) => a.losses![0]! - b.losses![0]!);
    expect(ended[20]).toMatchObject({ by: 'lbfgs', point: incumbent!.point });
    const own = ended.filter(({ by }) => by === 'lbfgs').map(({ losses }) => losses![0]!);
    expect(Math.min(...own)).toBeLessThan(1e-6);
    expect(ended.at(-1)!.by).toBe('random');
  });

  it('refuses unsuitable studies, and options that it cannot use', () => {
    expect(() => interview(lbfgs(), rootEnv(cube, { objectives: ['a', 'b'] }))).toThrow(coded('strategy'));
    for (const none of [textbook, conditional]) expect(() => interview(lbfgs(), rootEnv(none))).toThrow(coded('strategy'));
    expect(() => lbfgs({ memory: 0 })).toThrow(/lbfgs\.memory: .*, got 0/);
  });
});
