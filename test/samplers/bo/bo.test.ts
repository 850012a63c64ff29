import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import type { Point } from '../../../src/space/axis.ts';
import { predicate } from '../../../src/space/constraint.ts';
import { normal } from '../../../src/space/prior.ts';
import { type Space, space } from '../../../src/space/space.ts';
import { choice, float, int, when } from '../../../src/space/types/dimension.ts';
import { textbook } from '../../support/spaces.ts';
import { bowl, completed, lowest, square, study } from './study.ts';

describe('bo', () => {
  it('converges to the minimum of a bowl', () => {
    expect(
      lowest(
        study(square).run(20, (p) => completed(bowl(p))),
        bowl,
      ),
    ).toBeLessThan(1e-4);
  });

  it('finds it in a conditional space, in the right branch', () => {
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

  it('tags its expected value', () => {
    const s = study(square);
    s.run(16, (p) => completed(bowl(p)));
    const { point, tags } = s.suggest()!;
    expect(Number(tags!.mean)).toBeCloseTo(bowl(point), 2);
    expect(Number(tags!.sd)).toBeGreaterThan(0);
    expect(Number(tags!.acquisition)).toBeLessThan(0);
  });

  it('depends on the results, and not on the asks in between', () => {
    const [asked, silent] = [study(square, '1'), study(square, '2')];
    const ends: [Point, number][] = asked.run(20, (p) => completed(bowl(p))).map(({ point }, i) => [point, i + 1]);
    let state = silent.core.start;
    for (const [point, id] of ends) {
      state = silent.core.tell(state, { type: 'suggested', id, by: 'bo', point });
      state = silent.core.tell(state, { type: 'ended', id, by: 'bo', point, ...completed(bowl(point)) });
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

  it('begins in the middle of the space or of its priors, unless that is infeasible or lies in one of several branches', () => {
    const believed = space({ x: float(0, 1, { prior: normal(0.3, 0.05) }), y: float(0, 1) });
    const first = (of: Space<unknown>) => study(of).suggest()!.point;
    expect(first(square)).toEqual([0.5, 0.5]);
    expect(first(believed)[0]).toBeCloseTo(0.3, 6);
    const halved = space({ x: float(0, 1), y: float(0, 1) }, { constraints: [predicate('right', ({ x }) => x > 0.6)] });
    expect(first(halved)[0]).toBeGreaterThan(0.6);
    const branches = space({ c: choice(['p', 'q', 'r']), x: float(0, 1), y: when('c', 'q', float(0, 1)) });
    expect(first(branches)[1]).not.toBe(0.5);
    expect(study(square).run(2, () => completed(1))[1]!.point).not.toEqual([0.5, 0.5]);
  });

  it('ignores times that vary less than threefold', () => {
    const points = (costAware: boolean, dear: number) =>
      study(square, '4', 20, ['value'], { costAware }).run(20, (p) => completed(bowl(p), { seconds: p[0]! > 0.5 ? dear : 1 }));
    expect(points(true, 2.9)).toEqual(points(false, 2.9));
    expect(points(true, 3.1)).not.toEqual(points(false, 3.1));
  });
});

it('predicts finite losses, and has the limit above which losses are equal to the model', () => {
  const skewed = space({ rate: float(1e-5, 1e-1, { log: true }), layers: int(1, 8) });
  const { suggest, end } = study(skewed, '3');
  const tagged = Array.from({ length: 16 }, () => {
    const { point, id, tags = {} } = suggest()!;
    const { rate, layers } = skewed.decode(point) as { rate: number; layers: number };
    end(id, point, completed((Math.log10(rate) + 2) ** 2 + 0.1 * Math.abs(layers - 3) + 0.1));
    return tags;
  }).filter(({ mean }) => mean !== undefined);
  expect(tagged.length).toBeGreaterThan(8);
  for (const { mean, sd } of tagged) expect([mean, sd].map(Number).every(Number.isFinite)).toBe(true);
  expect(tagged.some(({ limit }) => Number(limit) > 0)).toBe(true);
});
