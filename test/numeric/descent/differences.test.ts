import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceStep, parabola, probesAround } from '../../../src/numeric/descent/differences.ts';

describe('parabola', () => {
  it('finds slope and curvature of 3 + 2 x + 5 x^2 from any two places', () => {
    const at = (offset: number) => ({ offset, value: 3 + 2 * offset + 5 * offset ** 2 });
    const offset = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(offset, offset, fc.boolean(), (a, b, across) => {
        fc.pre(across || Math.abs(a - b) > 1e-3);
        const { slope, curvature } = parabola(3, [at(a), at(across ? -b : b)])!;
        expect(slope).toBeCloseTo(2, 6);
        expect(curvature).toBeCloseTo(10, 5);
      }),
    );
  });

  it('is the secant through one place, and undefined without any', () => {
    expect(parabola(1, [{ offset: 0.5, value: 2 }])).toEqual({ slope: 2 });
    expect(parabola(1, [])).toBeUndefined();
    expect(parabola(1, [{ offset: 0, value: 7 }])).toBeUndefined();
  });
});

it('samples both sides if there is room, otherwise one side twice', () => {
  expect(probesAround(0.5, 0.1)).toEqual([0.4, 0.6]);
  expect(probesAround(0, 0.1)).toEqual([0.1, 0.2]);
  expect(probesAround(1, 0.25)).toEqual([0.75, 0.5]);
});

it('goes as far as noise and curvature balance, within bounds', () => {
  expect(differenceStep(0.5, 100, 0.01, 0.3)).toBeCloseTo(0.1, 12);
  expect(differenceStep(0.5, 1e9, 0.01, 0.3)).toBe(0.01);
  expect(differenceStep(0.5, -3, 0.01, 0.3)).toBe(0.3);
});
