import { describe, expect, it } from 'vitest';
import type { Point } from '../../../src/space/axis.ts';
import { normal } from '../../../src/space/prior.ts';
import { type Space, space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import { bowl, completed, lowest, square, study } from './study.ts';

describe('bo', () => {
  it('finds the best that keeps the outcome constraints', () => {
    const f = (p: Point) => completed(bowl(p), { constraints: [0.5 - p[0]!, p[1]! - 0.9] });
    const found = study(square)
      .run(30, f)
      .filter(({ point: [x] }) => x! >= 0.5);
    expect(lowest(found, bowl)).toBeLessThan(0.041); // 0.04 at (0.5, 0.7)
  });

  it('follows a right prior at once, and forgets a wrong one', () => {
    const believed = (mean: number) => space({ x: float(0, 1, { prior: normal(mean, 0.05) }), y: float(0, 1) });
    const seeds = ['1', '2', '3'];
    const bests = (of: Space<unknown>, n: number) =>
      seeds
        .map((seed) =>
          lowest(
            study(of, seed, 30).run(n, (p) => completed(bowl(p))),
            bowl,
          ),
        )
        .sort((a, b) => a - b);
    const middle = (of: Space<unknown>, n: number) => bests(of, n)[1]!;
    expect(middle(believed(0.3), 7)).toBeLessThan(0.3 * middle(square, 7)); // the first point of a model
    expect(bests(believed(0.9), 30).at(-1)).toBeLessThan(0.01);
  });

  it('recovers from priors that are wrong in every parameter', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const believed = space(Object.fromEntries(names.map((name) => [name, float(0, 1, { prior: normal(1, 0.2) })])));
    // Styblinski and Tang: the least minimum, 0, is at 0.21 in each axis, and another one, 14 higher an axis, near the centre of the prior.
    const valleys = (p: Point) =>
      p.reduce((sum, u) => sum + ((10 * u - 5) ** 4 - 16 * (10 * u - 5) ** 2 + 5 * (10 * u - 5)) / 2 + 39.16617, 0);
    const bests = ['1', '2', '3', '4', '5'].map((seed) =>
      lowest(
        study(believed, seed, 60).run(60, (p) => completed(valleys(p))),
        valleys,
      ),
    );
    expect(bests.sort((a, b) => a - b)[2]).toBeLessThan(25); // with a weight of 10 / n, 38
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

  it('converges with integrated kernels', () => {
    const points = study(square, '1', 25, ['value'], { integrated: true }).run(25, (p) => completed(bowl(p)));
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

  it('prefers cheap configurations if it has a cost', () => {
    // Two equal minima, one of them a hundred times as expensive.
    const twin = ([x]: Point) => Math.min((x! - 0.2) ** 2, (x! - 0.8) ** 2);
    const f = (p: Point) => completed(twin(p), { seconds: p[0]! > 0.5 ? 100 : 1 });
    const dear = (costAware: boolean) =>
      study(square, '3', 30, ['value'], { costAware })
        .run(30, f)
        .filter(({ point: [x] }) => x! > 0.5).length;
    expect(dear(true)).toBeLessThan(dear(false));
    expect(dear(true)).toBeLessThan(9);
  });

  it('does not propose equivalents of known configurations', () => {
    const stairs = ([x, y]: Point) => bowl([Math.floor(8 * x!) / 8, Math.floor(8 * y!) / 8], 0.27, 0.63);
    const stepsTried = ['1', '2', '3'].map((seed) => {
      const points = study(square, seed, 64).run(40, (p) => completed(stairs(p)));
      return new Set(points.map(({ point: [x, y] }) => `${Math.floor(8 * x!)} ${Math.floor(8 * y!)}`)).size;
    });
    expect(stepsTried.sort((a, b) => a - b)[1]).toBeGreaterThan(24); // 17 if it treated them as different
  });
});
