import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { surrogateCore } from '../../../src/samplers/surrogate.ts';
import { type TpeState, tpeSurrogate } from '../../../src/samplers/tpe/tpe.ts';
import { normal } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, int, when } from '../../../src/space/types/dimension.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { type Ended, type Propose, type Suggested, stateTag } from '../../../src/strategy/messages.ts';
import { completed, rootEnv } from '../../support/interview.ts';
import { conditional, mixed, textbook } from '../../support/spaces.ts';

const settings = { startup: 10, random: 0 };
const square = space({ x: float(0, 1), y: float(0, 1) });
const suggested = (id: number, point: readonly number[], more: Partial<Suggested> = {}): Suggested => ({
  type: 'suggested',
  id,
  by: 'other',
  point,
  ...more,
});

/** A core with its facts. */
function learning(env: Env, random = 0) {
  const core = tpeSurrogate(env, { ...settings, random });
  let state: TpeState = core.start;
  let id = 0;
  const tell = (point: readonly number[], more: Partial<Suggested> = {}): Suggested => {
    const fact = suggested(++id, point, more);
    state = core.tell(state, fact);
    return fact;
  };
  const end = (fact: Ended) => {
    state = core.tell(state, fact);
  };
  const propose = (ask = id + 1, retry = 0) => core.propose(state, { type: 'ask', id: ask }, rngFor(env.seed, env.name, ask, retry));
  /** Evaluates draws without a model. */
  const explore = (n: number, loss: (point: readonly number[]) => number) => {
    for (let k = 0; k < n; k++) {
      const drawn = core.explore(state, { type: 'ask', id: id + 1 });
      if (drawn) end(completed(tell(env.snap(drawn.point)), loss(drawn.point)));
    }
  };
  /** What the strategy answers to many asks once it has a model. */
  const answers = (phase: 'modelling' | 'diversifying', n: number) => {
    const { start, answers } = surrogateCore(env, core);
    const now = { ...start, numbers: state };
    return Array.from({ length: n }, (_, k) => answers[phase](now, { type: 'ask', id: 1000 + k }) as Propose);
  };
  return { core, tell, end, propose, explore, answers, state: () => state };
}
const isRandom = ({ tags }: Propose) => tags?.acquisition === 'random';
const proposals = (of: ReturnType<typeof learning>, n = 40) => Array.from({ length: n }, (_, k) => of.propose(1000 + k)!.point);
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe('tpeSurrogate', () => {
  it('proposes near the good trials, and tags how much better that is than elsewhere', () => {
    const of = learning(rootEnv(square));
    of.explore(40, ([x, y]) => (x! - 0.2) ** 2 + (y! - 0.7) ** 2);
    const distance = mean(proposals(of).map(([x, y]) => Math.hypot(x! - 0.2, y! - 0.7)));
    expect(distance).toBeLessThan(0.2); // a random point is 0.5 away
    expect(Number(of.propose()!.tags!.acquisition)).toBeGreaterThan(0);
  });

  it('draws more often near the best of the good trials than near the others', () => {
    const of = learning(rootEnv(square));
    for (const [x, y, loss] of [
      [0.9, 0.9, 0.1],
      [0.1, 0.1, 0],
    ] as const)
      of.end(completed(of.tell([x, y]), loss));
    of.explore(18, () => 1);
    const near = proposals(of, 200).filter(([x, y]) => x! + y! < 1).length;
    expect(near).toBeGreaterThan(140); // half of them with equal weights
  });

  it('keeps away from open trials', () => {
    const of = learning(rootEnv(square));
    of.explore(30, ([x, y]) => Math.hypot(x! - 0.3, y! - 0.4));
    const crowd = proposals(of, 8);
    const nearest = ([x, y]: readonly number[]) => Math.min(...crowd.map(([u, v]) => Math.hypot(x! - u!, y! - v!)));
    const distance = () => mean(proposals(of, 60).slice(8).map(nearest));
    const before = distance();
    for (const point of crowd) of.tell(point);
    expect(distance()).toBeGreaterThan(1.3 * before);
  });

  it('avoids configurations that crash, and forgets trials that were lost', () => {
    const knowing = (end: Partial<Ended>) => {
      const of = learning(rootEnv(square));
      of.explore(20, ([x]) => x!);
      const trial = of.tell([0.5, 0.5]);
      of.end({ ...trial, type: 'ended', outcome: 'failed', ...end });
      return of.propose(99);
    };
    const never = learning(rootEnv(square));
    never.explore(20, ([x]) => x!);
    for (const reason of ['lost', 'preempted']) expect(knowing({ reason })).toEqual(never.propose(99));
    const infeasible = knowing({ reason: 'infeasible' });
    expect(infeasible).not.toEqual(never.propose(99));
    for (const reason of ['error', 'timeout', 'non-finite']) expect(knowing({ reason })).toEqual(infeasible);
  });

  it('learns that a choice crashes wherever it was tried', () => {
    const env = rootEnv(space({ x: float(0, 1), y: float(0, 1), z: float(0, 1), c: choice(['p', 'q', 'r']) }));
    const of = learning(env);
    const isCrash = (point: readonly number[]) => point[3]! > 2 / 3;
    let crashes = 0;
    for (let k = 0; k < 150; k++) {
      const point = k < 10 ? env.snap(of.core.explore(of.state(), { type: 'ask', id: k + 1 })!.point) : of.propose()!.point;
      const trial = of.tell(point);
      if (k >= 50 && isCrash(point)) crashes++;
      if (isCrash(point)) of.end({ ...trial, type: 'ended', outcome: 'failed', reason: 'error' });
      else
        of.end(
          completed(
            trial,
            point.slice(0, 3).reduce((sum, u) => sum + (u - 0.4) ** 2, 0),
          ),
        );
    }
    expect(crashes).toBeLessThanOrEqual(5);
  });

  it('never ranks configurations that crash as good, even if most do', () => {
    const of = learning(rootEnv(square));
    of.explore(10, ([x]) => x!);
    for (let k = 0; k < 200; k++) {
      const trial = of.tell([0.9 + 0.0004 * k, 0.5]);
      of.end({ ...trial, type: 'ended', outcome: 'failed', reason: 'error' });
    }
    expect(proposals(of).filter(([x]) => x! > 0.85)).toHaveLength(0);
  });

  it('learns from a trial that resumes a lost one', () => {
    const knowing = (isLostFirst: boolean) => {
      const of = learning(rootEnv(square));
      of.explore(20, ([x]) => x!);
      const first = of.tell([0.01, 0.5]);
      if (isLostFirst) of.end({ ...first, type: 'ended', outcome: 'failed', reason: 'lost' });
      of.propose(99);
      of.end(completed(of.tell([0.01, 0.5], { resumes: first.id }), 2));
      of.explore(30, ([x]) => x!);
      return proposals(of);
    };
    expect(knowing(true)).toEqual(knowing(false));
  });

  it('keeps the result of a configuration that crashes when it is resumed', () => {
    const knowing = (crashes: boolean) => {
      const of = learning(rootEnv(square));
      of.explore(20, ([x]) => x!);
      const good = of.tell([0.01, 0.5], { budget: 3 });
      of.end({ ...good, type: 'ended', outcome: 'completed', losses: [-1] });
      const resumed = of.tell([0.01, 0.5], { budget: 9, resumes: good.id });
      if (crashes) of.end({ ...resumed, type: 'ended', outcome: 'failed', reason: 'error' });
      return of.propose(99);
    };
    expect(knowing(true)).toEqual(knowing(false));
  });

  it('ranks by one order over all budgets, and infeasible trials behind all', () => {
    const of = learning(rootEnv(square));
    const at = (x: number, end: Partial<Ended>, more: Partial<Suggested>) => {
      const trial = of.tell([x, 0.5], more);
      of.end({ ...trial, type: 'ended', outcome: 'completed', ...end });
      return trial;
    };
    for (let k = 0; k < 12; k++) {
      at(0.1 + 0.002 * k, { losses: [-1e300], constraints: [0.5] }, { budget: 9 });
      at(0.4 + 0.002 * k, { losses: [2 + k / 100] }, { budget: 3 });
      at(0.6 + 0.002 * k, { outcome: 'stopped', losses: [3 + k / 100], step: 4 }, { budget: 9 });
    }
    for (let k = 0; k < 4; k++) {
      const x = 0.9 + 0.002 * k;
      const { id } = at(x, { losses: [1 + k / 100] }, { budget: 3 });
      at(x, { losses: [5 + k / 100] }, { budget: 9, resumes: id }); // worse than others at 3 epochs
    }
    expect(mean(proposals(of).map(([x]) => Math.abs(x! - 0.9)))).toBeLessThan(0.1);
  });

  it('counts a promoted trial as the trial that it resumes', () => {
    const of = learning(rootEnv(square));
    of.explore(10, () => 1);
    const first = of.tell([0.3, 0.3], { budget: 1 });
    of.end(completed(first, 5));
    const whole = learning(rootEnv(square));
    whole.explore(10, () => 1);
    whole.end(completed(whole.tell([0.3, 0.3], { budget: 3 }), 0));
    const second = of.tell([0.3, 0.3], { budget: 3, resumes: first.id });
    of.end(completed(second, 0));
    expect(of.propose(50)).toEqual(whole.propose(50));
  });

  it('chooses the branch first, then the parameters in it', () => {
    const net = space({
      model: choice(['svm', 'tree', 'net']),
      c: when('model', 'svm', float(0, 1)),
      depth: when('model', 'tree', int(1, 9)),
    });
    const of = learning(rootEnv(net));
    of.explore(60, (p) => {
      const { model, c } = net.decode(p);
      return model === 'svm' ? (c! - 0.8) ** 2 : 1;
    });
    const decoded = proposals(of).map((p) => net.decode(net.snap(p)));
    expect(decoded.filter(({ model }) => model === 'svm').length).toBeGreaterThan(30);
    expect(mean(decoded.flatMap(({ c }) => (c === undefined ? [] : [Math.abs(c - 0.8)])))).toBeLessThan(0.15);
  });

  it('tries every configuration of a finite space once, then has nothing left', () => {
    for (const [domain, size] of [
      [textbook, 75],
      [conditional, 10],
    ] as const) {
      const of = learning(rootEnv(domain));
      of.explore(Math.min(10, size - 3), ([x]) => x!);
      const seen = new Set<string>();
      for (let reply = of.propose(); reply; reply = of.propose()) {
        const fact = of.tell(domain.snap(reply.point));
        expect(seen.has(fact.point.join())).toBe(false);
        seen.add(fact.point.join());
        of.end(completed(fact, fact.point[0]!));
      }
      expect(seen.size).toBe(size - Math.min(10, size - 3));
    }
  });

  it('draws a share of its proposals from the priors', () => {
    const drawnOf = (random: number) => {
      const of = learning(rootEnv(square), random);
      of.explore(20, ([x]) => x!);
      return of.answers('modelling', 300).filter(isRandom);
    };
    expect(drawnOf(0)).toHaveLength(0);
    const drawn = drawnOf(0.3);
    expect(Math.abs(drawn.length / 300 - 0.3)).toBeLessThan(0.08);
    expect(Math.abs(mean(drawn.map(({ point }) => point[0]!)) - 0.5)).toBeLessThan(0.1); // the model proposes low ones
  });

  it('explores the whole space if it repeats itself', () => {
    const env = rootEnv(square);
    const of = learning(env);
    of.explore(20, ([x]) => x!);
    const modelled = { budget: 1, tags: stateTag('other/phase', 'modelling') };
    for (let k = 0; k < 10; k++) {
      const trial = of.tell([0.5, 0.01 * k], modelled);
      of.end(completed(trial, Math.max(k, 1))); // one repeat
      if (k < 2) of.end({ ...completed(trial, 0.5), budget: 3 }); // which stays equal
    }
    const core = surrogateCore(env, of.core);
    const drawn = of.answers('diversifying', 300).filter(isRandom);
    expect(core.verdict({ ...core.start, numbers: of.state() }, 'modelling')).toBe('repeating');
    expect(Math.abs(drawn.length / 300 - 0.2)).toBeLessThan(0.07);
    expect(Math.abs(mean(drawn.map(({ point }) => point[0]!)) - 0.5)).toBeLessThan(0.12);
  });

  it('proposes along the front of several objectives', () => {
    const of = learning(rootEnv(square, { objectives: ['left', 'right'] }));
    for (let k = 0; k < 60; k++) {
      const { point } = of.core.explore(of.state(), { type: 'ask', id: k + 1 })!;
      const [x, y] = point as [number, number];
      of.end({ ...of.tell(point), type: 'ended', outcome: 'completed', losses: [x + Math.abs(y - 0.3), 1 - x + Math.abs(y - 0.3)] });
    }
    const points = proposals(of);
    expect(mean(points.map(([, y]) => Math.abs(y! - 0.3)))).toBeLessThan(0.12);
    expect(Math.max(...points.map(([x]) => x!)) - Math.min(...points.map(([x]) => x!))).toBeGreaterThan(0.3);
  });

  it("follows the user's prior while there are few results, and drops it when it is wrong", () => {
    const believing = space({ x: float(0, 1, { prior: normal(0.8, 0.05) }), y: float(0, 1) });
    const off = (domain: typeof square, trials: number, key: number) => {
      const of = learning(rootEnv(domain));
      const rng = rngFor('trials', 'belief', key);
      for (let k = 0; k < trials; k++) {
        const x = rng();
        of.end(completed(of.tell([x, rng()]), Math.abs(x - 0.2)));
      }
      return mean(proposals(of).map(([u]) => Math.abs(u! - 0.8)));
    };
    const keys = Array.from({ length: 12 }, (_, key) => key);
    expect(mean(keys.map((key) => off(believing, 10, key)))).toBeLessThan(mean(keys.map((key) => off(square, 10, key))) - 0.05);
    for (const key of keys) expect(Math.abs(off(believing, 200, key) - 0.6)).toBeLessThan(0.1);
  });

  it('proposes the same on a long log, whether or not it was asked before', () => {
    const net = space({ x: float(0, 1), model: choice(['svm', 'tree']), c: when('model', 'svm', float(0, 1)) });
    const [asked, fresh] = [learning(rootEnv(net)), learning(rootEnv(net))];
    for (let k = 1; k <= 8100; k++) {
      const rng = rngFor('trials', 'long', k);
      const point = net.snap([rng(), rng(), rng()]);
      for (const of of [asked, fresh]) {
        const trial = of.tell(point);
        if (k % 50 === 0) of.end({ ...trial, type: 'ended', outcome: 'failed', reason: 'lost' });
        else of.end(completed(trial, Math.hypot(point[0]! - 0.3, point[1]! - 0.2)));
      }
      if (k > 3900 && k % 40 === 0) asked.propose();
    }
    expect(proposals(asked, 10)).toEqual(proposals(fresh, 10));
  });

  it('survives any losses, and depends only on its results', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom(0, 1, -1, 1e300, -1e300, 1e-300, Number.MIN_VALUE), fc.constantFrom(0, 0.25, 0.5, 1), fc.boolean()),
          {
            maxLength: 40,
          },
        ),
        (trials) => {
          const of = learning(rootEnv(mixed));
          const again = learning(rootEnv(mixed));
          trials.forEach(([loss, x, ends], k) => {
            for (const each of [of, again]) {
              const trial = each.tell(mixed.snap([x, x, x]));
              if (ends) each.end(completed(trial, loss));
            }
            if (k % 5 === 0) of.propose(7); // asks must not change the state
          });
          const proposed = of.propose(500);
          expect(proposed).toEqual(again.propose(500));
          if (proposed) for (const x of proposed.point) expect(x >= 0 && x <= 1).toBe(true);
        },
      ),
    ));
});
