import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { finiteDifferences, type Prober, simultaneousPerturbations } from '../../../src/samplers/gradient/probes.ts';
import type { Slot } from '../../../src/samplers/gradient/round.ts';
import type { Point } from '../../../src/space/axis.ts';

const weights = [3, -2, 0.5];
const plane = (point: Point): number => 1 + point.reduce((sum, u, i) => sum + weights[i]! * u, 0);
const bowl = (point: Point): number => plane(point) + 4 * point.reduce((sum, u) => sum + (u - 0.5) ** 2, 0);

const ended = (slot: Slot, loss: number | undefined, id: number): Slot => ({
  ...slot,
  trial: id,
  ended: {
    type: 'ended',
    id,
    by: 'x',
    point: slot.point,
    ...(loss === undefined ? { outcome: 'failed' as const } : { outcome: 'completed' as const, losses: [loss] }),
  },
});

const centre = [0.5, 0.3, 0];
const moving = [0, 1, 2];
const steps = new Float64Array(3).fill(0.1);
const look = (prober: Prober, f: (point: Point) => number, seed = 1, fails: (slot: Slot, i: number) => boolean = () => false) => {
  const slots = prober.plan(centre, moving, steps, rngFor('probes', '', seed));
  const seen = slots.map((slot, i) => ended(slot, fails(slot, i) ? undefined : f(slot.point), i));
  return { slots, ...prober.read(centre, f(centre), moving, seen) };
};

describe('differences', () => {
  it('need two trials for each axis, and are exact for a parabola, also at the walls', () => {
    const { slots, gradient, curvature } = look(finiteDifferences, bowl);
    expect(slots.map(({ role }) => role)).toEqual(['probe-0', 'probe+0', 'probe-1', 'probe+1', 'probe-2', 'probe+2']);
    expect(slots.every(({ point }) => point.every((u) => u >= 0 && u <= 1))).toBe(true);
    [3, -3.6, -3.5].forEach((slope, i) => {
      expect(gradient[i]).toBeCloseTo(slope, 9);
    });
    for (const bend of curvature) expect(bend).toBeCloseTo(8, 8);
  });

  it('use one side if the other failed, and give no derivative if both did', () => {
    const one = look(finiteDifferences, plane, 1, (_, i) => i === 0);
    expect([...one.gradient]).toEqual(weights.map((w) => expect.closeTo(w, 9)));
    const both = look(finiteDifferences, plane, 1, (_, i) => i < 2);
    expect([...both.gradient]).toEqual([Number.NaN, expect.closeTo(-2, 9), expect.closeTo(0.5, 9)]);
  });
});

describe('simultaneous perturbations', () => {
  it('estimate all slopes at once, without bias', () => {
    const mean = [0, 0, 0];
    const runs = 4000;
    for (let seed = 0; seed < runs; seed++) {
      const { slots, gradient } = look(simultaneousPerturbations(1), plane, seed);
      expect(slots).toHaveLength(2);
      gradient.forEach((g, i) => {
        mean[i]! += g / runs;
      });
    }
    mean.forEach((g, i) => {
      expect(Math.abs(g - weights[i]!)).toBeLessThan(0.2); // about 4 standard errors
    });
  });

  it('stay in the cube, on either side of a middle', () => {
    const { slots } = look(simultaneousPerturbations(2), plane);
    expect(slots.map(({ role }) => role)).toEqual(['pair+1', 'pair-1', 'pair+2', 'pair-2']);
    expect(slots.every(({ point }) => point.every((u) => u >= 0 && u <= 1))).toBe(true);
    for (const i of [0, 2]) {
      const middle = moving.map((k) => (slots[i]!.point[k]! + slots[i + 1]!.point[k]!) / 2);
      expect(middle).toEqual([0.5, 0.3, 0.1].map((u) => expect.closeTo(u, 12)));
    }
  });

  it('average the pairs that there are', () => {
    const lost = look(simultaneousPerturbations(2), plane, 1, (_, i) => i < 2);
    expect(lost.gradient.some(Number.isNaN)).toBe(false);
    expect(look(simultaneousPerturbations(2), plane, 1, () => true).gradient.every(Number.isNaN)).toBe(true);
    const half = look(simultaneousPerturbations(1), plane, 1, (_, i) => i === 0);
    expect(half.gradient.some(Number.isNaN)).toBe(false);
  });
});
