import { describe, expect, it } from 'vitest';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { chain } from '../../../streams/operators/chain.ts';
import { fill } from '../../../streams/operators/fill.ts';
import { take } from '../../../streams/operators/take.ts';
import { lbfgs } from '../../../streams/strategies/gradient/lbfgs.ts';
import { type SgdOptions, sgd } from '../../../streams/strategies/gradient/sgd.ts';
import { random } from '../../../streams/strategies/random.ts';
import { coded } from '../../support/coded.ts';
import { descend, type TestObjective } from '../../support/descend.ts';
import { interview, rootEnv } from '../../support/interview.ts';
import { conditional, constrained, mixed, textbook } from '../../support/spaces.ts';

const cube = space(Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`x${i}`, float(0, 1)])));
const wide = space(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`x${i}`, float(0, 1)])));
const lowest = [0.3, 0.8, 0.45, 0.6];
const bend = [1, 2, 4, 8];
const bowl = (point: Point): number => 10 * point.reduce((sum, u, i) => sum + bend[i]! * (u - lowest[i]!) ** 2, 0);
const slope = (point: Point): number[] => point.map((u, i) => 20 * bend[i]! * (u - lowest[i]!));
const noisy =
  (sd: number, seed = 'noise') =>
  (point: Point, id: number): number =>
    bowl(point) + sd * drawNormal(rngFor(seed, '', id));

/** The penalised loss of a logistic regression on 60 made-up examples, by its four weights, each in [-6, 6]. */
const logistic = (() => {
  const rng = rngFor('logistic', 'data', 0);
  const examples = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => drawNormal(rng)));
  const labels = examples.map(([a, b, c]) => (a! - 0.5 * b! + 0.3 * c! + drawNormal(rng) > 0 ? 1 : -1));
  return (point: Point): number => {
    const weights = point.map((u) => 12 * u - 6);
    const margins = examples.map((x, n) => labels[n]! * x.reduce((sum, v, i) => sum + weights[i]! * v, 0));
    return margins.reduce((sum, m) => sum + Math.log1p(Math.exp(-m)) / 60, 0) + 0.01 * weights.reduce((sum, w) => sum + w * w, 0);
  };
})();
/** The lowest loss, found without noise. */
const floorOf = (truth: (point: Point) => number): number => descend(lbfgs(), env(), { loss: truth }, 400).best;

const telling: TestObjective = { loss: bowl, gradient: slope };

const env = (parallel = 1, seed = '1') => ({ ...rootEnv(cube, { parallel, seed, trials: 120 }) });
const rolesOf = (trials: ReturnType<typeof descend>['trials']) => trials.map(({ tags }) => tags!.role!.replace(/\d+$/, ''));

describe('sgd with reported gradients', () => {
  it.each<[SgdOptions, number]>([
    [{}, 0.01],
    [{ rule: 'momentum', decay: 0 }, 0.05],
    [{ rule: 'plain', decay: 0 }, 0.1],
    [{ rule: 'plain', decay: 0, hypergradient: 0.3 }, 0.1],
  ])('descends a bowl: %j', (options, goal) => {
    const { best, trials } = descend(sgd(options), env(), telling, 100);
    expect(best).toBeLessThan(goal);
    expect(new Set(rolesOf(trials))).toEqual(new Set(['start', 'iterate']));
  });

  it('passes no minimum along a parameter once a step has shown how the slope changes', () => {
    const { trials } = descend(sgd(), env(), telling, 60);
    const iterates = trials.filter(({ tags }) => tags!.role === 'iterate' && tags!.start === '1').map(({ point }) => point);
    const passed = lowest.flatMap((u, k) => iterates.filter((to, i) => i > 1 && (iterates[i - 1]![k]! - u) * (to[k]! - u) < -1e-9));
    expect(iterates.length).toBeGreaterThan(5);
    expect(passed).toEqual([]);
  });

  it('begins elsewhere once it has converged, and hands asks on after the last time', () => {
    const { trials, handedOn } = descend(sgd({ restarts: 2, tolerance: 0.02 }), env(), telling, 400);
    expect(new Set(trials.map(({ tags }) => tags!.start))).toEqual(new Set(['1', '2', '3']));
    expect(handedOn).toBeDefined();
  });

  it('begins each descent at the best of several points, of fewer if descents run at the same time', () => {
    const { trials, ended } = descend(sgd(), env(), telling, 20);
    expect(rolesOf(trials).slice(0, 6)).toEqual([...Array.from({ length: 5 }, () => 'start'), 'iterate']);
    const distance = (a: Point, b: Point) => Math.max(...a.map((u, i) => Math.abs(u - b[i]!)));
    const [best] = ended.slice(0, 5).sort((a, b) => a.losses![0]! - b.losses![0]!);
    expect(best!.id).toBeGreaterThan(1);
    expect(distance(ended[5]!.point, best!.point)).toBeLessThan(0.16);
    expect(rolesOf(descend(sgd({ starts: 2 }), env(), telling, 20).trials).filter((role) => role === 'start')).toHaveLength(6);
  });

  it.each<[string, () => Strategy]>([
    ['sgd', () => sgd()],
    ['lbfgs', () => lbfgs()],
  ])('%s finds most of the deeper of two wells along each parameter', (_, make) => {
    // The wells are at about 0.25 and 0.75, and the left ones are deeper by about 0.1.
    const centred = (point: Point) => point.map((u) => 4 * u - 2);
    const wells: TestObjective = {
      loss: (point) => centred(point).reduce((sum, v) => sum + (v * v - 1) ** 2 + 0.05 * v, 0),
      gradient: (point) => centred(point).map((v) => 4 * (4 * v * (v * v - 1) + 0.05)),
    };
    const left = Array.from({ length: 8 }, (_, i) => {
      const { ended } = descend(make(), { ...rootEnv(wide, { seed: `${i}`, trials: 200 }) }, wells, 200);
      const [best] = [...ended].sort((a, b) => a.losses![0]! - b.losses![0]!);
      return best!.point.filter((u) => u < 0.5).length;
    });
    expect(left.reduce((a, b) => a + b, 0) / 48).toBeGreaterThan(0.9);
  });

  it('refuses a result without a gradient if its option says so', () => {
    const forgets: TestObjective = { loss: bowl, gradient: (point, id) => (id === 5 ? undefined : slope(point)) };
    expect(() => descend(sgd({ missing: 'refuse' }), env(), forgets, 20)).toThrow(coded('strategy'));
  });

  it('measures a gradient that is sometimes missing', () => {
    const forgets: TestObjective = { loss: bowl, gradient: (point, id) => (id === 9 ? undefined : slope(point)) };
    const { trials, best } = descend(sgd({ missing: 'differences' }), env(), forgets, 100);
    const [first, ...rest] = trials.filter(({ tags }) => tags!.role!.startsWith('probe'));
    expect([first?.id, rest.length]).toEqual([12, 7]); // after the point was tried twice more, to see how noisy it is
    expect(best).toBeLessThan(0.05);
  });

  it('stops expecting gradients if no trainer reports one', () => {
    const { trials, best } = descend(sgd(), env(), { loss: bowl }, 120);
    expect(trials.slice(5).every(({ tags }) => tags!.seed !== undefined)).toBe(true);
    expect(new Set(rolesOf(trials))).toContain('pair+');
    expect(best).toBeLessThan(1);
  });

  it('reverts a failed step and makes it shorter', () => {
    const { ended } = descend(sgd({ decay: 0, scouts: 1 }), env(), { ...telling, fails: (id) => id === 4 }, 6);
    const distance = (a: number, b: number) => Math.max(...ended[a]!.point.map((u, i) => Math.abs(u - ended[b]!.point[i]!)));
    expect(distance(4, 2)).toBeLessThan(0.6 * distance(3, 2));
  });
});

describe('sgd without gradients', () => {
  it.each<[string, SgdOptions, (point: Point) => number, number]>([
    ['a bowl', { gradient: 'spsa' }, bowl, 0.3],
    ['a bowl', { gradient: 'spsa', directions: 3 }, bowl, 0.3],
    ['a bowl', { gradient: 'differences' }, bowl, 0.3],
    ['a logistic regression', { gradient: 'spsa' }, logistic, 0.05],
    ['a logistic regression', { gradient: 'differences' }, logistic, 0.05],
  ])('beats random search by half on noisy losses of %s: %j', (_, options, truth, sd) => {
    const medianRegret = (make: () => Strategy) => {
      const found = Array.from({ length: 9 }, (_, i) => {
        const loss = (point: Point, id: number) => truth(point) + sd * drawNormal(rngFor(`${i}`, 'noise', id));
        const { ended } = descend(make(), env(1, `${i}`), { loss }, 120);
        const [best] = [...ended].sort((a, b) => a.losses![0]! - b.losses![0]!);
        return truth(best!.point);
      });
      return found.sort((a, b) => a - b)[4]! - floorOf(truth);
    };
    expect(medianRegret(() => sgd(options)) / medianRegret(random)).toBeLessThan(0.5);
  });

  it('suggests all trials of a step at once, and waits for them', () => {
    const { ask, tell } = interview(sgd({ gradient: 'differences', scouts: 1, noise: 0 }), rootEnv(cube, { parallel: 20 }));
    const put = (id: number) => {
      const reply = ask(id);
      if (reply.type !== 'propose') return reply.type;
      const { type: _, ...proposal } = reply;
      tell({ ...proposal, type: 'suggested' });
      return reply.tags!.role;
    };
    const end = (id: number) => tell({ type: 'ended', outcome: 'completed', id, by: 'sgd', point: [0.5, 0.5, 0.5, 0.5], losses: [id] });
    expect([put(1), put(2)]).toEqual(['start1', 'wait']);
    end(1);
    const roles = Array.from({ length: 9 }, (_, i) => put(2 + i));
    expect(roles).toEqual(['probe-0', 'probe+0', 'probe-1', 'probe+1', 'probe-2', 'probe+2', 'probe-3', 'probe+3', 'wait']);
    for (let id = 2; id <= 9; id++) end(id);
    expect(put(10)).toBe('iterate');
  });

  it('gives the trials that are compared one seed, and those that measure noise each its own', () => {
    const { trials } = descend(sgd({ gradient: 'spsa', scouts: 1 }), env(), { loss: noisy(0.1) }, 40);
    const seeds = (role: RegExp) => trials.filter(({ tags }) => role.test(tags!.role!)).map(({ tags }) => tags!.seed);
    const [again, pairs] = [seeds(/^again/), seeds(/^pair/)];
    expect(new Set(again).size).toBe(again.length);
    expect(new Set(pairs).size).toBe(pairs.length / 2);
  });

  it('tries the average of a noisy descent', () => {
    const { trials } = descend(sgd({ gradient: 'spsa' }), env(), { loss: noisy(0.3) }, 120);
    expect(rolesOf(trials)).toContain('average');
  });

  it('moves whole numbers by a level at least', () => {
    const { best } = descend(sgd({ gradient: 'spsa' }), rootEnv(textbook, { parallel: 1 }), { loss: ([u]) => Math.abs(u! - 0.7) }, 60);
    expect(best).toBeLessThan(0.03);
  });
});

describe('sgd', () => {
  it.each(Object.entries({ conditional, constrained, mixed, textbook, cube }))(
    'never waits for nothing if trials fail, are lost or end late: %s',
    (_, domain) => {
      for (const parallel of [1, 3, 8]) {
        for (const gradient of ['told', 'spsa', 'differences'] as const) {
          if (gradient === 'told' && domain !== cube && domain !== mixed) continue;
          const rng = rngFor('luck', gradient, parallel);
          const luck = Array.from({ length: 400 }, rng);
          const { trials } = descend(
            sgd({ gradient }),
            rootEnv(domain, { parallel }),
            {
              loss: (point, id) => point.reduce((sum, u) => sum + (u - 0.4) ** 2, 0) + 0.1 * luck[id]!,
              gradient: (point, id) => (luck[id]! < 0.5 ? undefined : point.map((u) => 2 * (u - 0.4))),
              fails: (id) => luck[id]! > 0.6,
            },
            200,
          );
          expect(trials).toHaveLength(200);
          for (const { point } of trials) {
            expect(domain.snap(point)).toEqual(point);
            expect(domain.feasible(point)).toBe(true);
          }
        }
      }
    },
  );

  it('begins at the best trial of the log, and keeps its other parameters there', () => {
    const net = space({ x: float(0, 1), y: float(0, 1), opt: choice(['a', 'b', 'c']) });
    const loss = ([x, y, opt]: Point) => (x! - 0.2) ** 2 + (y! - 0.7) ** 2 + Math.abs(opt! - 0.5);
    const strategy = chain(take(12, random()), sgd({ start: 'incumbent', starts: 1 }));
    const gradient = ([x, y]: Point) => [2 * (x! - 0.2), 2 * (y! - 0.7), 0];
    const { ended, best } = descend(strategy, rootEnv(net, { parallel: 1 }), { loss, gradient }, 60);
    const [incumbent] = ended.slice(0, 12).sort((a, b) => a.losses![0]! - b.losses![0]!);
    expect(ended[12]!.point).toEqual(incumbent!.point);
    expect(ended[12]!.tags!.replicate).toBe('13');
    expect(ended.slice(12).every(({ point }) => point[2] === incumbent!.point[2])).toBe(true);
    expect(best).toBeLessThan(0.001);
  });

  it('runs several descents side by side, so that no trainer waits', () => {
    const { replies, trials } = descend(sgd(), env(8), telling, 200);
    expect(replies.every(({ type }) => type === 'propose')).toBe(true);
    expect(new Set(trials.map(({ by }) => by)).size).toBe(8);
    const few = descend(sgd({ starts: 4 }), env(1), telling, 200).trials.slice(-50);
    expect(new Set(few.map(({ by }) => by)).size).toBe(1); // the others were stopped
  });

  it('hands on asks while it waits', () => {
    const { replies } = descend(chain(sgd({ gradient: 'spsa' }), fill(random())), env(8), { loss: noisy(0.1) }, 100);
    expect(replies.every(({ type }) => type === 'propose')).toBe(true);
  });

  it('refuses unsuitable studies, and options that it cannot use', () => {
    const subscribe = (strategy: Strategy, of: Parameters<typeof rootEnv>[0], rest = {}) => interview(strategy, rootEnv(of, rest));
    expect(() => subscribe(sgd(), cube, { objectives: ['a', 'b'] })).toThrow(coded('strategy'));
    expect(() => subscribe(sgd(), textbook)).toThrow(coded('strategy'));
    expect(() => sgd({ rate: 2 })).toThrow(/sgd\.rate: .*, got 2/);
    expect(() => sgd({ rule: 'nesterov' as never })).toThrow(/sgd\.rule: .*, got "nesterov"/);
  });
});
