import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../src/numeric/random.ts';
import { polynomialMutation, simulatedBinaryCrossover, spreadFactor } from '../../src/numeric/variation.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const eta = fc.constantFrom(0, 1, 2, 8, 20);

describe('spread', () => {
  it('is (2u)^(1 / (eta + 1)) and (1 / (2 (1 - u)))^(1 / (eta + 1)) if the bounds are infinitely far', () => {
    const far = Number.POSITIVE_INFINITY;
    expect(spreadFactor(far, 1, 0.18)).toBeCloseTo(0.6, 12);
    expect(spreadFactor(far, 1, 0.5)).toBe(1);
    expect(spreadFactor(far, 1, 0.875)).toBeCloseTo(2, 12);
    expect(spreadFactor(far, 2, 0.0625)).toBeCloseTo(0.5, 12);
    expect(spreadFactor(far, 2, 0.9375)).toBeCloseTo(2, 12);
  });

  it('reaches its limit in the end', () => {
    expect(spreadFactor(3, 1, 1)).toBeCloseTo(3, 12);
    expect(spreadFactor(1.5, 15, 1)).toBeCloseTo(1.5, 12);
  });

  it('has its density: the integral of ((eta + 1) / 2) beta^eta up to 1, scaled by the part within the limit', () => {
    const rng = rngFor('spread', '', 0);
    const [limit, draws] = [2, 20_000];
    const scale = 1 / (1 - 0.5 * limit ** -3);
    const below = (beta: number) => scale * (beta <= 1 ? 0.5 * beta ** 3 : 1 - 0.5 * beta ** -3);
    const betas = Array.from({ length: draws }, () => spreadFactor(limit, 2, rng())).sort((a, b) => a - b);
    const distance = Math.max(...betas.map((beta, i) => Math.abs(below(beta) - (i + 0.5) / draws)));
    expect(distance).toBeLessThan(1.63 / Math.sqrt(draws)); // Kolmogorov & Smirnov at 1 %
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

  it('keeps to the bounds, to its side of the middle, and to equal parents', () => {
    fc.assert(
      fc.property(unit, unit, eta, uniform, (near, far, index, u) => {
        const child = simulatedBinaryCrossover(near, far, index, u);
        expect(child).toBeGreaterThanOrEqual(0);
        expect(child).toBeLessThanOrEqual(1);
        const middle = (near + far) / 2;
        if (near < far) expect(child).toBeLessThanOrEqual(middle + 1e-12);
        if (near > far) expect(child).toBeGreaterThanOrEqual(middle - 1e-12);
        expect(simulatedBinaryCrossover(near, near, index, u)).toBe(near);
      }),
      { seed: 1 },
    );
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
