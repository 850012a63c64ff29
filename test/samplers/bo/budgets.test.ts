import { describe, expect, it } from 'vitest';
import type { Point } from '../../../src/space/axis.ts';
import { bowl, completed, type End, lowest, square, study } from './study.ts';

describe('bo with different budgets', () => {
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
    ).toBeLessThan(0.33 ** 2); // the loss at the highest budget of the configuration that is best at the lowest
  });

  it('uses the last report of a stopped trial as its result at that step', () => {
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

  it('keeps its kernels if a failure is the first sign that budgets differ', () => {
    const s = study(square);
    s.run(12, (p) => completed(bowl(p), { budget: 1 }));
    const { id, point } = s.suggest()!;
    s.end(id, point, { outcome: 'failed', reason: 'error', budget: 3 });
    const { tags } = s.suggest()!;
    expect(Number(tags!.sd)).toBeGreaterThan(0);
  });

  it('predicts a loss at a budget that configurations as bad have reached', () => {
    const s = study(square, '1', 60);
    for (let i = 0; i < 24; i++) {
      const { id, point } = s.suggest({ budget: 1 })!;
      const loss = point[0]!;
      s.end(id, point, completed(1 + loss, { budget: 1 }));
      if (loss < 0.4) s.end(id, point, completed(loss, { budget: 3 }));
    }
    const at = (x: number) =>
      Array.from({ length: 10 }, () => s.suggest({ fixed: [x, undefined] })!.tags!).find(({ acquisition }) => acquisition !== undefined);
    expect(at(0.95)).toMatchObject({ at: '1', mean: expect.stringMatching(/^1\.[89]/) });
    expect(at(0.2)).toMatchObject({ at: '3', mean: expect.stringMatching(/^0\./) });
  });

  it('is not certain of a loss only because two known ones are nearly equal', () => {
    const s = study(square, '1', 60);
    for (let i = 0; i < 24; i++) {
      const { id, point } = s.suggest({ budget: 1 })!;
      const loss = 1 + Math.floor(8 * point[0]!) / 8 + 1e-7 * point[0]!;
      s.end(id, point, completed(loss, { budget: 1 }));
      if (i < 5) s.end(id, point, completed(loss, { budget: 3 }));
    }
    const sds = Array.from({ length: 20 }, () => s.suggest()!.tags?.sd).filter((sd) => sd !== undefined);
    expect(sds.length).toBeGreaterThan(3);
    for (const sd of sds) expect(Number(sd)).toBeGreaterThan(0.01);
  });

  it('hands asks on if it repeats itself at a low budget', () => {
    const s = study(square, '1', 64);
    for (let i = 0; i < 30; i++) {
      const { id, point, tags } = s.suggest({ budget: 1 })!;
      s.end(id, point, completed(0.5, { budget: 1, tags: tags ?? {} }));
      if (i < 2) s.end(id, point, completed(0.4, { budget: 3 })); // curves that are equal stay equal
    }
    const drawn = Array.from({ length: 20 }, () => s.suggest({ budget: 1 })!).filter(({ tags }) => tags?.acquisition === undefined);
    expect(drawn.length).toBeGreaterThan(10);
  });
});
