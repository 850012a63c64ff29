import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import type { Point } from '../../../src/space/axis.ts';
import { bowl, completed, type End, lowest, square, study } from './study.ts';

describe('bo, with unusual results,', () => {
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

  it('finds the minimum despite noise, reported or not', () => {
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
  ])('continues with %s', (_, value) => {
    let i = 0;
    const points = study(square).run(25, () => completed(value(i++)));
    expect(points.every(({ point }) => point.every((x) => x >= 0 && x <= 1))).toBe(true);
    expect(new Set(points.map(({ point }) => point.join())).size).toBe(25);
  });

  it('continues after the same point many times, and after contradicting results', () => {
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

  it('continues with gradients beyond all scales', () => {
    let i = 0;
    const points = study(square).run(20, (p) => completed(bowl(p), { gradient: [[i++ % 2 ? 1e300 : -1e300, 0]] }));
    expect(new Set(points.map(({ point }) => point.join())).size).toBe(20);
  });
});
