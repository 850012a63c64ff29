import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { forestSurrogate } from '../../../src/samplers/forest/forest.ts';
import { localSearch } from '../../../src/samplers/forest/localSearch.ts';
import { logLosses } from '../../../src/samplers/forest/model.ts';
import type { ProposedPoint } from '../../../src/samplers/sequence.ts';
import { surrogateCore } from '../../../src/samplers/surrogate.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, int, when } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { completed, rootEnv } from '../../support/interview.ts';
import { conditional, constrained, mixed } from '../../support/spaces.ts';

const net = space({
  model: choice(['svm', 'tree', 'net']),
  c: when('model', 'svm', float(0, 1)),
  depth: when('model', 'tree', int(1, 9)),
  x: float(0, 1),
});

function learning(env: Env, random = 0) {
  const core = forestSurrogate(env, { startup: 10, random });
  let state = core.start;
  let id = 0;
  const open = (point: readonly number[]) => {
    const fact = { type: 'suggested', id: ++id, by: 'other', point } as const;
    state = core.tell(state, fact);
    return fact;
  };
  return {
    core,
    open,
    tell: (point: readonly number[], loss: number) => {
      const fact = open(point);
      state = core.tell(state, completed(fact, loss));
    },
    crash: (point: readonly number[]) => {
      const fact = open(point);
      state = core.tell(state, { ...fact, type: 'ended', outcome: 'failed', reason: 'error' });
    },
    explore: () => core.explore(state, { type: 'ask', id: id + 1 }),
    propose: (ask = id + 1) => core.propose(state, { type: 'ask', id: ask }, rngFor(env.seed, env.name, ask)),
    /** An answer of the whole strategy, which also explores. */
    answer(ask: number): ProposedPoint | undefined {
      const { answers, start } = surrogateCore(env, core);
      const answer = answers.diversifying({ ...start, numbers: state }, { type: 'ask', id: ask });
      return answer.type === 'propose' ? answer : undefined;
    },
  };
}

describe('logLosses', () => {
  it('spreads the best in any units', () => {
    const losses = [1, 1.1, 2, 3, 11];
    const logs = logLosses(losses)!;
    expect([...logs].sort((a, b) => a - b)).toEqual([...logs]);
    expect(logs[1]! - logs[0]!).toBeGreaterThan(0.05 * (logs[4]! - logs[3]!));
    for (const [i, l] of logLosses(losses.map((x) => 1e9 * x - 7e9))!.entries()) expect(l).toBeCloseTo(logs[i]!, 6);
  });
  it('recognises that all losses are equal, and does not overflow', () => {
    expect(logLosses([3, 3, 3])).toBeUndefined();
    for (const l of logLosses([-1.7e308, 0, 1.7e308])!) expect(Number.isFinite(l)).toBe(true);
  });
});

describe('climb', () => {
  it('reaches the top over numbers and choices, within the constraints', () => {
    const rng = rngFor('climb', 'test', 1);
    const goal = mixed.snap([0.3, 0.8, 0.9]);
    const height = (p: readonly number[]) => -Math.abs(p[0]! - goal[0]!) - Math.abs(p[1]! - goal[1]!) - (p[2] === goal[2] ? 0 : 1);
    expect(localSearch(mixed, mixed.snap([0.9, 0.1, 0.1]), height, rng).score).toBeGreaterThan(-0.05);
    // Every point on the border x + y = 9 is a local maximum: no neighbour that differs in one parameter is feasible and better.
    const tops = Array.from({ length: 5 }, () => localSearch(constrained, constrained.snap([0, 0]), ([x, y]) => 2 * x! + y!, rng));
    expect(tops.every(({ point }) => constrained.feasible(point))).toBe(true);
    const decoded = tops.map(({ point }) => constrained.decode(point));
    expect(new Set(decoded.map(({ x, y }) => x + y))).toEqual(new Set([9]));
    expect(decoded).toContainEqual({ x: 8, y: 1 });
  });

  it('tries some axes at a time if there are many, and all of them in the end', () => {
    const wide = space(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, float(0, 1)])));
    let asked = 0;
    const moved = new Set<number>();
    const count = (point: readonly number[]) => {
      asked++;
      for (const [i, x] of point.entries()) if (x !== 0.5) moved.add(i);
      return -1;
    };
    localSearch(wide, wide.snap(Array(100).fill(0.5)), count, rngFor('climb', 'wide', 1));
    // Nothing is better anywhere: the scale halves from 0.05 until it is below 0.005, which takes four steps along 32 axes, four ways each.
    expect(asked).toBe(1 + 4 * 32 * 4);
    expect(moved.size).toBeGreaterThan(70); // 1 - (68 / 100)^4 of a hundred are 79
  });
});

describe('forestSurrogate', () => {
  it('finds the branch and the optimum in it', () => {
    const env = rootEnv(net);
    const of = learning(env);
    const loss = (p: readonly number[]) => {
      const { model, c, x } = net.decode(p);
      return (model === 'svm' ? (c! - 0.8) ** 2 : 1) + 0.2 * (x - 0.5) ** 2;
    };
    for (let k = 0; k < 20; k++) {
      const { point } = of.explore()!;
      of.tell(net.snap(point), loss(net.snap(point)));
    }
    let best = 1;
    for (let k = 0; k < 20; k++) {
      const { point, tags } = of.propose()!;
      expect(Object.keys(tags!)).toEqual(['acquisition', 'mean', 'sd', 'scale']);
      best = Math.min(best, loss(point));
      of.tell(point, loss(point));
    }
    expect(best).toBeLessThan(0.01);
  });

  it('keeps away from open trials', () => {
    const of = learning(rootEnv(mixed));
    for (let k = 0; k < 20; k++) of.tell(mixed.snap([k / 19, ((k * 7) % 20) / 19, 0.1]), Math.abs(k / 19 - 0.6));
    const first = of.propose(99)!;
    for (let k = 0; k < 5; k++) of.open(first.point);
    expect(of.propose(99)!.point).not.toEqual(first.point);
  });

  it('draws from the priors now and then', () => {
    const of = learning(rootEnv(mixed), 0.3);
    for (let k = 0; k < 20; k++) of.tell(mixed.snap([k / 19, 0.5, 0.1]), k);
    const drawn = Array.from({ length: 60 }, (_, k) => of.answer(100 + k)!).filter(({ tags }) => tags!.acquisition === 'random');
    expect(drawn.length).toBeGreaterThan(8);
    expect(drawn.length).toBeLessThan(30);
    const above = drawn.filter(({ point }) => point[0]! > 0.5).length;
    expect(Math.abs(above / drawn.length - 0.5)).toBeLessThan(0.3); // the draw that decided to explore is not the first coordinate
  });

  it('draws mostly where trials do not crash', () => {
    const of = learning(rootEnv(mixed), 0.5);
    const crashes = ([, x]: readonly number[]) => x! > 0.5;
    for (let k = 0; k < 40; k++) {
      const { point } = of.explore()!;
      if (crashes(point)) of.crash(point);
      else of.tell(point, point[1]!);
    }
    const drawn = Array.from({ length: 60 }, (_, k) => of.answer(100 + k)!).filter(({ tags }) => tags!.acquisition === 'random');
    expect(drawn.filter(({ point }) => crashes(point)).length / drawn.length).toBeLessThan(0.3);
  });

  it('tries every configuration of a finite space once, then has nothing left', () => {
    const of = learning(rootEnv(conditional));
    const seen = new Set<string>();
    for (let reply = of.explore(); reply; reply = seen.size < 4 ? of.explore() : of.propose()) {
      const point = conditional.snap(reply.point);
      seen.add(point.join());
      of.tell(point, seen.size);
    }
    expect(seen.size).toBe(10);
  });

  it('does not propose equivalents of known configurations', () => {
    const tried = (loss: (at: string) => number) => {
      const square = space({ x: float(0, 1), y: float(0, 1) });
      const of = learning(rootEnv(square));
      const steps = new Set<string>();
      for (let k = 0; k < 50; k++) {
        const { point } = (k < 10 ? of.explore() : of.propose())!;
        const at = `${Math.floor(8 * point[0]!)} ${Math.floor(8 * point[1]!)}`;
        steps.add(at);
        of.tell(point, loss(at));
      }
      return steps.size;
    };
    const stairs = (at: string) => at.split(' ').reduce((sum, step, i) => sum + (Number(step) / 8 - [0.27, 0.63][i]!) ** 2, 0);
    let told = 0;
    expect(tried(stairs)).toBeGreaterThan(1.3 * tried((at) => stairs(at) + 1e-9 * told++)); // if no two results are equal, there is nothing to learn
  });

  it('survives any losses, recognises that all are equal, and depends only on its results', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1, 1e300, -1e300, 1e-300, 5), fc.constantFrom(0, 0.25, 0.5, 1)), {
          minLength: 2,
          maxLength: 20,
        }),
        (trials) => {
          const [of, again] = [learning(rootEnv(mixed)), learning(rootEnv(mixed))];
          for (const [k, [loss, x]] of trials.entries()) {
            for (const each of [of, again]) each.tell(mixed.snap([x, x, x]), loss);
            if (k % 5 === 0) of.propose(7);
          }
          const proposed = of.propose(500);
          expect(proposed).toEqual(again.propose(500));
          if (new Set(trials.map(([loss]) => loss)).size === 1) expect(proposed).toBeUndefined();
          for (const x of proposed?.point ?? []) expect(x >= 0 && x <= 1).toBe(true);
        },
      ),
      { numRuns: 40 },
    ));
});
