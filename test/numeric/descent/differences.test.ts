import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parabolaSlope, stepsAround } from '../../../src/numeric/descent/differences.ts';

describe('the slope of a parabola', () => {
  it('is that of 3 + 2 x + 5 x^2 from any two places', () => {
    const at = (offset: number) => ({ offset, value: 3 + 2 * offset + 5 * offset ** 2 });
    const offset = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(offset, offset, fc.boolean(), (a, b, across) => {
        fc.pre(across || Math.abs(a - b) > 1e-3);
        expect(parabolaSlope(3, [at(a), at(across ? -b : b)])).toBeCloseTo(2, 6);
      }),
    );
  });

  it('is the secant through one place, and unknown without any', () => {
    expect(parabolaSlope(1, [{ offset: 0.5, value: 2 }])).toBe(2);
    expect(parabolaSlope(1, [])).toBeNaN();
    expect(parabolaSlope(1, [{ offset: 0, value: 7 }])).toBeNaN();
  });
});

it('samples both sides if there is room, otherwise one side twice', () => {
  expect(stepsAround(0.5, 0.1)).toEqual([0.4, 0.6]);
  expect(stepsAround(0, 0.1)).toEqual([0.1, 0.2]);
  expect(stepsAround(1, 0.25)).toEqual([0.75, 0.5]);
});
