import { describe, expect, it } from 'vitest';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';
import type { Suggested } from '../../../src/strategy/messages.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { chain } from '../../../streams/operators/chain.ts';
import { take } from '../../../streams/operators/take.ts';
import { lbfgs } from '../../../streams/strategies/gradient/lbfgs.ts';
import { type SgdOptions, sgd } from '../../../streams/strategies/gradient/sgd.ts';
import { random } from '../../../streams/strategies/random.ts';
import { coded } from '../../support/coded.ts';
import { descend, type TestObjective } from '../../support/descend.ts';
import { interview, rootEnv, suggestedFrom } from '../../support/interview.ts';
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
    [{ rule: 'momentum' }, 0.05],
  ])('descends a bowl: %j', (options, goal) => {
    const { best, trials } = descend(sgd(options), env(), telling, 100);
    expect(best).toBeLessThan(goal);
    expect(new Set(rolesOf(trials))).toEqual(new Set(['start', 'iterate']));
  });

  it('begins elsewhere once it has converged, and hands asks on after the last time', () => {
    const { trials, handedOn } = descend(sgd({ restarts: 2 }), env(), telling, 400);
    expect(new Set(trials.map(({ tags }) => tags!.start))).toEqual(new Set(['1', '2', '3']));
    expect(handedOn).toBeDefined();
  });

  it('reaches a tenth of what random search leaves if losses and gradients are noisy', () => {
    const regret = (make: () => Strategy, seed: string) => {
      const gradient = (point: Point, id: number) => slope(point).map((g, k) => g + 2 * drawNormal(rngFor(seed, `${k}`, id)));
      const { ended } = descend(make(), env(1, seed), { loss: noisy(0.3, seed), gradient, stderr: 0.3 }, 60);
      return bowl([...ended].sort((a, b) => a.losses![0]! - b.losses![0]!)[0]!.point);
    };
    const median = (make: () => Strategy) => Array.from({ length: 9 }, (_, i) => regret(make, `${i}`)).sort((a, b) => a - b)[4]!;
    expect(median(sgd) / median(random)).toBeLessThan(0.1);
  });

  it.each<[string, () => Strategy, number]>([
    ['sgd', () => sgd(), 0.8],
    ['lbfgs', () => lbfgs(), 0.9],
  ])('%s finds most of the deeper of two wells along each parameter', (_, make, share) => {
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
    expect(left.reduce((a, b) => a + b, 0) / 48).toBeGreaterThan(share);
  });

  it('refuses a result without a gradient if its option says so', () => {
    const forgets: TestObjective = { loss: bowl, gradient: (point, id) => (id === 5 ? undefined : slope(point)) };
    expect(() => descend(sgd({ missing: 'refuse' }), env(), forgets, 20)).toThrow(coded('strategy'));
  });

  it('estimates a gradient that is sometimes missing', () => {
    const forgets: TestObjective = { loss: bowl, gradient: (point, id) => (id === 2 ? undefined : slope(point)) };
    const { trials, best } = descend(sgd(), env(), forgets, 100);
    expect(trials.filter(({ tags }) => tags!.role!.startsWith('probe')).map(({ id }) => id)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(best).toBeLessThan(0.05);
  });

  it('reverts a failed step and makes it shorter', () => {
    const { ended } = descend(sgd(), env(), { ...telling, fails: (id) => id === 3 }, 4);
    const distance = (a: number, b: number) => Math.max(...ended[a]!.point.map((u, i) => Math.abs(u - ended[b]!.point[i]!)));
    expect(distance(3, 1)).toBeLessThan(0.6 * distance(2, 1));
  });
});

describe('sgd without gradients', () => {
  it.each<[string, SgdOptions, (point: Point) => number, number]>([
    ['a bowl', { gradient: 'differences' }, bowl, 0.3],
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

  it('begins at the best of eight points, and suggests all trials around a point at once, with one seed', () => {
    const { ask, tell } = interview(sgd({ gradient: 'differences' }), rootEnv(cube, { parallel: 1 }));
    const open: Suggested[] = [];
    const put = (id: number) => {
      const reply = ask(id);
      if (reply.type === 'propose') open.push(suggestedFrom(reply));
      if (reply.type === 'propose') tell(open.at(-1)!);
      return reply.type === 'propose' ? reply.tags!.role : reply.type;
    };
    const end = () => {
      for (const trial of open.splice(0)) tell({ ...trial, type: 'ended', outcome: 'completed', losses: [bowl(trial.point)] });
    };
    expect(Array.from({ length: 9 }, (_, i) => put(1 + i))).toEqual([...Array.from({ length: 8 }, (_, i) => `start${i + 1}`), 'wait']);
    const best = open.reduce((a, b) => (bowl(a.point) <= bowl(b.point) ? a : b));
    end();
    const roles = Array.from({ length: 9 }, (_, i) => put(9 + i));
    expect(roles).toEqual(['probe-0', 'probe+0', 'probe-1', 'probe+1', 'probe-2', 'probe+2', 'probe-3', 'probe+3', 'wait']);
    expect(open.every(({ point }) => point.filter((u, i) => u !== best.point[i]).length === 1)).toBe(true);
    expect(new Set(open.map(({ tags }) => tags!.seed)).size).toBe(1);
    end();
    expect(put(17)).toBe('iterate');
  });

  it('moves whole numbers by a level at least', () => {
    const { best } = descend(
      sgd({ gradient: 'differences' }),
      rootEnv(textbook, { parallel: 1 }),
      { loss: ([u]) => Math.abs(u! - 0.7) },
      60,
    );
    expect(best).toBeLessThan(0.03);
  });
});

describe('sgd', () => {
  it.each(Object.entries({ conditional, constrained, mixed, textbook, cube }))(
    'never waits for nothing if trials fail, are lost or end late: %s',
    (_, domain) => {
      for (const parallel of [1, 3, 8]) {
        for (const gradient of ['told', 'differences'] as const) {
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
    const strategy = chain(take(12, random()), sgd({ start: 'incumbent' }));
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
  });

  it('refuses unsuitable studies, and options that it cannot use', () => {
    const subscribe = (strategy: Strategy, of: Parameters<typeof rootEnv>[0], rest = {}) => interview(strategy, rootEnv(of, rest));
    expect(() => subscribe(sgd(), cube, { objectives: ['a', 'b'] })).toThrow(coded('strategy'));
    expect(() => subscribe(sgd(), textbook)).toThrow(coded('strategy'));
    expect(() => sgd({ rate: 2 })).toThrow(/sgd\.rate: .*, got 2/);
    expect(() => sgd({ rule: 'nesterov' as never })).toThrow(/sgd\.rule: .*, got "nesterov"/);
  });
});
