import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descentDirection, projectedGradient, projectedStep } from '../../../src/numeric/descent/projected.ts';
import { curvaturePair, dampedPair, quasiNewton } from '../../../src/numeric/descent/quasiNewton.ts';
import { dot } from '../../../src/numeric/vectors.ts';

const of = (...values: number[]) => Float64Array.from(values);

describe('quasiNewton', () => {
  it('is false without pairs', () => expect(quasiNewton(of(-1), [], of(1))).toBe(false));
});

describe('pairs', () => {
  it('of a function that curves downwards are dropped', () => {
    expect(curvaturePair(of(0), of(1), of(0), of(2))).toEqual({ s: of(1), y: of(2) });
    expect(curvaturePair(of(0), of(1), of(0), of(-2))).toBeUndefined();
  });

  it('that are damped keep a fifth of the curvature that was expected', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(number, number, number, (s, y0, y1) => {
        fc.pre(Math.abs(s) > 0.01);
        const pair = dampedPair(of(0, 0), of(s, s), of(0, 0), of(y0, y1), of(4 * s, 4 * s))!;
        expect(dot(pair.s, pair.y)).toBeGreaterThanOrEqual(0.2 * 8 * s * s * (1 - 1e-9));
      }),
    );
    expect(dampedPair(of(0, 0), of(1, 1), of(0, 0), of(9, 9), of(4, 4))).toEqual({ s: of(1, 1), y: of(9, 9) });
    expect(dampedPair(of(0, 0), of(1, 1), of(Number.NaN, 0), of(9, 9), of(4, 4))).toBeUndefined();
  });
});

describe('in the unit cube', () => {
  it('a gradient that pushes against a wall is projected away', () => {
    expect([...projectedGradient(of(0, 0, 1, 0.5), of(3, -0.25, -2, Number.NaN))]).toEqual([0, -0.25, 0, 0]);
  });

  it('the direction leaves out walls and what is unknown', () => {
    const { direction, steepest } = descentDirection(of(0, 0.5, 0.5), of(1, 1, Number.NaN), []);
    expect([...direction, steepest]).toEqual([0, -1, 0, true]);
  });

  it('a path is bent at the walls, and its prediction is that of the bent path', () => {
    const { x, slope } = projectedStep(of(0.5, 0.5), of(-1, -1), 0.75, of(2, 4));
    expect([...x]).toEqual([0, 0]);
    expect(slope).toBe(-3);
  });
});
