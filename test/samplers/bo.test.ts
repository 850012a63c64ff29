import { describe, expect, it } from 'vitest';
import type { Ended, Env } from '../../src/messages.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { type BoSettings, type BoState, boSurrogate } from '../../src/samplers/bo.ts';
import type { Reasoned } from '../../src/samplers/surrogate.ts';
import type { Point } from '../../src/space/axis.ts';
import { choice, float, when } from '../../src/space/dimension.ts';
import { normal } from '../../src/space/prior.ts';
import { type Space, space } from '../../src/space/space.ts';
import { textbook } from '../support/spaces.ts';

type End = Pick<Ended, 'outcome'> & Partial<Ended>;
const completed = (loss: number, more: Partial<Ended> = {}): End => ({ outcome: 'completed', losses: [loss], ...more });

/** A study of one slot, or of some that are all filled before any trial ends. */
function study<P>(of: Space<P>, seed = '1', trials = 40, objectives = ['value'], settings: Partial<BoSettings> = {}) {
  const env: Env = { axes: of.axes, snap: of.snap, feasible: of.feasible, seed, name: 'bo', objectives, parallel: 1, trials };
  const core = boSurrogate(env, { startup: 6, acquisition: 'ei', costAware: false, integrated: false, warp: false, ...settings });
  let state = core.start;
  let id = 0;
  const suggest = (more: { budget?: number } = {}): (Reasoned & { id: number }) | undefined => {
    const ask = { type: 'ask', id: id + 1, ...more } as const;
    const modelled = core.ready(state) ? core.propose(state, ask, rngFor(seed, 'bo', ask.id)) : undefined;
    const reasoned = modelled ?? core.explore(state, ask);
    if (!reasoned) return undefined;
    id++;
    const point = of.snap(reasoned.point);
    state = core.expect(state, { type: 'suggested', id, by: 'bo', point, ...more, ...(reasoned.tags && { tags: reasoned.tags }) });
    return { ...reasoned, point, id };
  };
  const end = (trial: number, point: Point, how: End) => {
    state = core.learn(state, { type: 'ended', id: trial, by: 'bo', point, ...how });
  };
  /** Runs so many trials, and gives their points and whether a model proposed them. */
  const run = (n: number, f: (point: Point) => End) =>
    Array.from({ length: n }, () => {
      const { point, id: trial, tags } = suggest()!;
      end(trial, point, f(point));
      return { point, modelled: tags?.acquisition !== undefined };
    });
  return { core, suggest, end, run, state: (): BoState => state };
}

const square = space({ x: float(0, 1), y: float(0, 1) });
const bowl = ([x, y]: Point, a = 0.3, b = 0.7) => (x! - a) ** 2 + (y! - b) ** 2;
const lowest = (points: readonly { point: Point }[], f: (p: Point) => number) => Math.min(...points.map(({ point }) => f(point)));

describe('bo', () => {
  it('closes in on the minimum of a bowl', () => {
    expect(
      lowest(
        study(square).run(20, (p) => completed(bowl(p))),
        bowl,
      ),
    ).toBeLessThan(1e-4);
  });

  it('does so on a conditional space, in the branch that holds it', () => {
    const branches = space({
      model: choice(['a', 'b']),
      x: when('model', 'a', float(0, 1)),
      y: when('model', 'b', float(0, 1)),
    });
    const f = ([model, x, y]: Point) => (model! < 0.5 ? 0.2 + (x! - 0.9) ** 2 : (y! - 0.1) ** 2);
    expect(
      lowest(
        study(branches).run(30, (p) => completed(f(p))),
        f,
      ),
    ).toBeLessThan(1e-3);
  });

  it('says what it expected', () => {
    const s = study(square);
    s.run(16, (p) => completed(bowl(p)));
    const { point, tags } = s.suggest()!;
    expect(Number(tags!.mean)).toBeCloseTo(bowl(point), 2);
    expect(Number(tags!.sd)).toBeGreaterThan(0);
    expect(Number(tags!.acquisition)).toBeLessThan(0);
  });

  it('is a function of what was told: not of what was asked in between', () => {
    const [asked, silent] = [study(square, '1'), study(square, '2')];
    const ends: [Point, number][] = asked.run(20, (p) => completed(bowl(p))).map(({ point }, i) => [point, i + 1]);
    let state = silent.core.start;
    for (const [point, id] of ends) {
      state = silent.core.expect(state, { type: 'suggested', id, by: 'bo', point });
      state = silent.core.learn(state, { type: 'ended', id, by: 'bo', point, ...completed(bowl(point)) });
    }
    const ask = { type: 'ask', id: 21 } as const;
    const answers = [asked.state(), asked.state(), state].map((s) => silent.core.propose(s, ask, rngFor('1', 'bo', 21)));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('spreads open trials', () => {
    const s = study(square);
    s.run(7, (p) => completed(bowl(p)));
    const points = Array.from({ length: 6 }, () => s.suggest()!.point);
    for (const [i, a] of points.entries())
      for (const b of points.slice(i + 1)) expect(Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)).toBeGreaterThan(1e-3);
  });

  it('tries each configuration of a finite space once, then none', () => {
    const s = study(textbook);
    const points = s.run(75, ([units, act]) => completed((units! - 0.6) ** 2 + act!));
    expect(new Set(points.map(({ point }) => point.join())).size).toBe(75);
    expect(points.slice(0, 25).some(({ point }) => Math.abs(point[0]! - 0.6) < 0.03 && point[1]! < 0.33)).toBe(true);
    expect(s.suggest()).toBeUndefined();
  });

  it.each(['infeasible', 'error', 'non-finite'])('keeps away from where trials fail (%s)', (reason) => {
    // Half of the bowl is out of reach, and its best is at the edge.
    const f = (p: Point): End => (p[0]! < 0.5 ? { outcome: 'failed', reason } : completed(bowl(p, 0.55)));
    const points = study(square).run(22, f);
    expect(points.slice(6).filter(({ point }) => point[0]! < 0.5).length).toBeLessThan(6);
    expect(lowest(points, (p) => bowl(p, 0.55))).toBeLessThan(1e-3);
  });

  it('learns nothing from trials that were lost', () => {
    const s = study(square);
    s.run(10, (p) => completed(bowl(p)));
    const { failures } = s.state();
    s.run(1, () => ({ outcome: 'failed', reason: 'lost' }));
    expect(s.state().failures).toBe(failures);
    expect(s.state().open.size).toBe(0);
  });

  it('finds the best that keeps the outcome constraints', () => {
    const f = (p: Point) => completed(bowl(p), { constraints: [0.5 - p[0]!, p[1]! - 0.9] });
    const found = study(square)
      .run(30, f)
      .filter(({ point: [x] }) => x! >= 0.5);
    expect(lowest(found, bowl)).toBeLessThan(0.041); // 0.04 at (0.5, 0.7)
  });

  it('follows a right belief at once, and forgets a wrong one', () => {
    const believed = (mean: number) => space({ x: float(0, 1, { prior: normal(mean, 0.05) }), y: float(0, 1) });
    const seeds = ['1', '2', '3', '4', '5', '6'];
    const bests = (of: Space<unknown>, n: number) =>
      seeds
        .map((seed) =>
          lowest(
            study(of, seed, 30).run(n, (p) => completed(bowl(p))),
            bowl,
          ),
        )
        .sort((a, b) => a - b);
    const middle = (of: Space<unknown>, n: number) => bests(of, n)[3]!;
    expect(middle(believed(0.3), 8)).toBeLessThan(0.3 * middle(square, 8));
    expect(bests(believed(0.9), 30).at(-1)).toBeLessThan(0.01);
  });

  it('finds the minimum through noise, told or not', () => {
    for (const stderr of [undefined, [0.1]]) {
      const rng = rngFor('noise', 'bo', 1);
      const noisy = (p: Point) => completed(bowl(p) + 0.2 * (rng() - 0.5), stderr && { stderr });
      const late = study(square)
        .run(40, noisy)
        .slice(30)
        .map(({ point }) => bowl(point));
      expect(late.sort((a, b) => a - b)[4]).toBeLessThan(0.05);
    }
  });

  it.each([
    ['constant values', () => 1],
    ['values beyond all scales', (i: number) => (i % 2 ? 1e300 : 1e-300)],
    ['infinite differences', (i: number) => (i % 2 ? 1.7e308 : -1.7e308)],
    ['denormal values', (i: number) => i * 5e-324],
  ])('goes on with %s', (_, value) => {
    let i = 0;
    const points = study(square).run(25, () => completed(value(i++)));
    expect(points.every(({ point }) => point.every((x) => x >= 0 && x <= 1))).toBe(true);
    expect(new Set(points.map(({ point }) => point.join())).size).toBe(25);
  });

  it('goes on from one point told again and again, and from results that contradict each other', () => {
    for (const value of [() => 1, (i: number) => i % 2]) {
      const s = study(square);
      for (let i = 0; i < 12; i++) {
        const { id } = s.suggest()!;
        s.end(id, [0.5, 0.5], completed(value(i)));
      }
      const { point, tags } = s.suggest()!;
      expect(tags).toBeDefined();
      expect(Math.hypot(point[0]! - 0.5, point[1]! - 0.5)).toBeGreaterThan(0.01);
    }
  });

  it('goes on with gradients beyond all scales', () => {
    let i = 0;
    const points = study(square).run(20, (p) => completed(bowl(p), { gradient: [[i++ % 2 ? 1e300 : -1e300, 0]] }));
    expect(new Set(points.map(({ point }) => point.join())).size).toBe(20);
  });

  it('is faster to the minimum with gradients', () => {
    const d = 6;
    const names = Array.from({ length: d }, (_, i) => `x${i}`);
    const cube = space(Object.fromEntries(names.map((name) => [name, float(0, 1)])));
    const ellipse = (p: Point) => p.reduce((sum, x, i) => sum + (i + 1) * (x - 0.2 - 0.1 * i) ** 2, 0);
    const gradient = (p: Point) => p.map((x, i) => 2 * (i + 1) * (x - 0.2 - 0.1 * i));
    const best = (told: boolean) =>
      lowest(
        study(cube, '1', 22).run(22, (p) => completed(ellipse(p), told ? { gradient: [gradient(p)] } : {})),
        ellipse,
      );
    expect(best(true)).toBeLessThan(0.2 * best(false));
  });

  it.each(['pi', 'lcb'] as const)('closes in by %s as well', (acquisition) => {
    const points = study(square, '1', 30, ['value'], { acquisition }).run(30, (p) => completed(bowl(p)));
    expect(lowest(points, bowl)).toBeLessThan(1e-2);
  });

  it.each([{ integrated: true }, { warp: true }, { integrated: true, warp: true }] as const)('closes in with %o', (settings) => {
    const points = study(square, '1', 25, ['value'], settings).run(25, (p) => completed(bowl(p)));
    expect(lowest(points, bowl)).toBeLessThan(1e-3);
    expect(points.slice(6).every(({ modelled }) => modelled)).toBe(true);
  });

  it('covers the front of two objectives', () => {
    // The front lies between the two minima, at y = 0.5.
    const pair = (p: Point): [number, number] => [bowl(p, 0.2, 0.5), bowl(p, 0.8, 0.5)];
    const points = study(square, '1', 30, ['a', 'b']).run(30, (p) => completed(0, { losses: pair(p) }));
    const late = points.slice(8);
    expect(late.every(({ modelled }) => modelled)).toBe(true);
    const near = late.filter(({ point: [x, y] }) => Math.abs(y! - 0.5) < 0.05 && x! > 0.15 && x! < 0.85);
    expect(near.length).toBeGreaterThan(15);
    for (const third of [0.2, 0.4, 0.6]) expect(near.some(({ point: [x] }) => x! >= third && x! <= third + 0.2)).toBe(true);
  });

  it('prefers what is cheap, where it is told to', () => {
    // Two equal minima, one of them a hundred times as dear.
    const twin = ([x]: Point) => Math.min((x! - 0.2) ** 2, (x! - 0.8) ** 2);
    const f = (p: Point) => completed(twin(p), { seconds: p[0]! > 0.5 ? 100 : 1 });
    const dear = (costAware: boolean) =>
      study(square, '3', 30, ['value'], { costAware })
        .run(30, f)
        .filter(({ point: [x] }) => x! > 0.5).length;
    expect(dear(true)).toBeLessThan(dear(false));
    expect(dear(true)).toBeLessThan(9);
  });

  it('learns from all budgets what is good at the highest', () => {
    const s = study(square, '1', 60);
    // The minimum moves with the budget; few trials come to the highest.
    const at = (budget: number, p: Point) => bowl(p, 0.6 - 0.15 * Math.log(budget), 0.7) + 1 / budget;
    for (let i = 0; i < 30; i++) {
      const { id, point } = s.suggest({ budget: 1 })!;
      s.end(id, point, completed(at(1, point), { budget: 1 }));
      for (const budget of i % 3 === 0 ? [3, 9].slice(0, i % 2 ? 1 : 2) : []) s.end(id, point, completed(at(budget, point), { budget }));
    }
    const last = Array.from({ length: 5 }, () => s.suggest({ budget: 1 })!.point);
    expect(
      lowest(
        last.map((point) => ({ point })),
        (p) => at(9, p) - 1 / 9,
      ),
    ).toBeLessThan(3e-3);
  });

  it('takes the last report of a stopped trial for what it came to by then', () => {
    const of = (budget: number, end: End) => {
      const s = study(square);
      for (let i = 0; i < 12; i++) {
        const { id, point } = s.suggest({ budget })!;
        const loss = bowl(point) + (i % 2 ? 5 : 0);
        s.end(id, point, i % 2 ? { ...end, losses: [loss] } : completed(loss, { budget: 9 }));
      }
      return s.suggest()!.point;
    };
    const stopped = of(9, { outcome: 'stopped', step: 1, budget: 9 });
    expect(stopped).toEqual(of(1, { outcome: 'completed', budget: 1 }));
    expect(stopped).not.toEqual(of(9, { outcome: 'completed', budget: 9 }));
  });

  it('goes on by the same kernels where a failure shows first that budgets differ', () => {
    const s = study(square);
    s.run(12, (p) => completed(bowl(p), { budget: 1 }));
    const { id, point } = s.suggest()!;
    s.end(id, point, { outcome: 'failed', reason: 'error', budget: 3 });
    const { tags } = s.suggest()!;
    expect(Number(tags!.sd)).toBeGreaterThan(0);
  });

  it('does not propose what is known under another name', () => {
    const stairs = ([x, y]: Point) => bowl([Math.floor(8 * x!) / 8, Math.floor(8 * y!) / 8], 0.27, 0.63);
    const points = study(square, '1', 64).run(40, (p) => completed(stairs(p)));
    const stepsTried = new Set(points.map(({ point: [x, y] }) => `${Math.floor(8 * x!)} ${Math.floor(8 * y!)}`));
    expect(stepsTried.size).toBeGreaterThan(24); // 17 if it took them for different
  });

  it('gives others a turn where it repeats itself at a low budget', () => {
    const s = study(square, '1', 64);
    for (let i = 0; i < 30; i++) {
      const { id, point, tags } = s.suggest({ budget: 1 })!;
      s.end(id, point, completed(0.5, { budget: 1, tags: tags ?? {} }));
    }
    const drawn = Array.from({ length: 20 }, () => s.suggest({ budget: 1 })!).filter(({ tags }) => tags?.acquisition === undefined);
    expect(drawn.length).toBeGreaterThan(10);
  });
});
