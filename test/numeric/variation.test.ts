import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../src/numeric/random.ts';
import { polynomialMutation, simulatedBinaryCrossover, spreadFactor } from '../../src/numeric/variation.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const eta = fc.constantFrom(0, 1, 2, 8, 20);

describe('spread', () => {
  it('reaches its limit in the end', () => {
    expect(spreadFactor(3, 1, 1)).toBeCloseTo(3, 12);
    expect(spreadFactor(1.5, 15, 1)).toBeCloseTo(1.5, 12);
  });
});

describe('simulatedBinaryCrossover', () => {
  // Parents 0.4 and 0.6, index 1. Below: limit 1 + 2 * 0.4 / 0.2 = 5, mass 2 - 1/25 = 1.96. u = 0.25: 0.49 of it, spread 0.7, child
  // 0.5 - 0.07. u = 0.75: 1.47 of it, spread sqrt(1 / 0.53).
  it('is what one computes by hand', () => {
    expect(simulatedBinaryCrossover(0.4, 0.6, 1, 0.25)).toBeCloseTo(0.43, 12);
    expect(simulatedBinaryCrossover(0.4, 0.6, 1, 0.75)).toBeCloseTo(0.5 - 0.1 / Math.sqrt(0.53), 12);
    expect(simulatedBinaryCrossover(0.6, 0.4, 1, 0.25)).toBeCloseTo(0.57, 12);
    // Parents 0.1 and 0.6, above: limit 1 + 2 * 0.4 / 0.5 = 2.6, mass 2 - 1/6.76. u = 0.5: spread sqrt(1 - 1/13.52).
    expect(simulatedBinaryCrossover(0.6, 0.1, 1, 0.5)).toBeCloseTo(0.35 + 0.25 * Math.sqrt(1 - 1 / 13.52), 12);
  });

  it('is the same seen from the other end', () => {
    fc.assert(
      fc.property(unit, unit, eta, uniform, (near, far, index, u) => {
        const mirrored = 1 - simulatedBinaryCrossover(1 - near, 1 - far, index, u);
        expect(simulatedBinaryCrossover(near, far, index, u)).toBeCloseTo(mirrored, 6);
      }),
      { seed: 1 },
    );
  });
});

describe('polynomialMutation', () => {
  it('is what one computes by hand', () => {
    expect(polynomialMutation(0.3, 8, 0.5)).toBe(0.3);
    // u = 0.25, index 1: sqrt(0.5 + 0.5 * 0.5^2) - 1 below 0.5; u = 0.75: the same above.
    expect(polynomialMutation(0.5, 1, 0.25)).toBeCloseTo(0.5 + Math.sqrt(0.625) - 1, 12);
    expect(polynomialMutation(0.5, 1, 0.75)).toBeCloseTo(0.5 + 1 - Math.sqrt(0.625), 12);
    // In a corner, index 0: nowhere to go down; up uniformly.
    expect(polynomialMutation(0, 0, 0.3)).toBe(0);
    expect(polynomialMutation(0, 0, 0.9)).toBeCloseTo(0.8, 12);
  });

  it('keeps to the bounds, rises with u, and reaches both bounds', () => {
    fc.assert(
      fc.property(unit, eta, uniform, uniform, (x, index, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((u) => polynomialMutation(x, index, u)) as [number, number];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high + 1e-12);
        expect(polynomialMutation(x, index, 0)).toBeCloseTo(0, 12);
        expect(polynomialMutation(x, index, 1)).toBeCloseTo(1, 12);
      }),
      { seed: 1 },
    );
  });

  it('steps by 1 / (eta + 2) on average, from the middle of a wide range', () => {
    const rng = rngFor('mutation', '', 0);
    const steps = Array.from({ length: 20_000 }, () => Math.abs(polynomialMutation(0.5, 20, rng()) - 0.5));
    expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeCloseTo(1 / 22, 3);
  });
});
