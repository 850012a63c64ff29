import { expect, it } from 'vitest';
import { limitStep, type Secants, updateSecants } from '../../../src/samplers/gradient/secants.ts';

const at = (x: readonly number[], gradient?: readonly number[]) => ({
  point: x,
  x: Float64Array.from(x),
  loss: 0,
  gradient: gradient && Float64Array.from(gradient),
});
const after = (...iterates: readonly ReturnType<typeof at>[]) =>
  iterates.reduce<Secants | undefined>((secants, iterate) => updateSecants(secants, iterate), undefined);

it('a step ends where the slope vanishes if it keeps changing as it did', () => {
  // The slope of 5 (x - 0.3)^2 along the first parameter; along the second it does not change.
  const secants = after(at([0.9, 0.5], [6, 1]), at([0.8, 0.4], [5, 1]));
  expect(limitStep(secants, 0, 0.7, 5)).toBeCloseTo(0.5, 12);
  expect(limitStep(secants, 0, -0.7, 5)).toBeCloseTo(-0.5, 12);
  expect(limitStep(secants, 0, 0.2, 5)).toBe(0.2);
  expect(limitStep(secants, 1, 0.7, 1)).toBe(0.7);
});

it('steps are free until two iterates have gradients', () => {
  expect(limitStep(after(), 0, 0.7, 5)).toBe(0.7);
  expect(limitStep(after(at([0.9], [6]), at([0.8])), 0, 0.7, 5)).toBe(0.7);
});

it('steps are shorter if slopes are noisy, and follow their latest changes', () => {
  const still = after(at([0.9], [6]), at([0.8], [5]), at([0.7], [4]));
  const noisy = after(at([0.9], [6]), at([0.8], [8]), at([0.7], [4]));
  expect(limitStep(still, 0, 0.7, 4)).toBeCloseTo(0.4, 12);
  expect(limitStep(noisy, 0, 0.7, 4)).toBeLessThan(0.15);
  const flatter = after(at([0.9], [60]), at([0.8], [5]), at([0.7], [4]), at([0.6], [3]), at([0.5], [2]), at([0.4], [1]));
  expect(limitStep(flatter, 0, 0.7, 1)).toBeGreaterThan(0.02);
});

it('skips a parameter whose slope is unknown', () => {
  const secants = after(at([0.9, 0.9], [6, 6]), at([0.8, 0.8], [Number.NaN, 5]));
  expect(limitStep(secants, 0, 0.7, 5)).toBe(0.7);
  expect(limitStep(secants, 1, 0.7, 5)).toBeCloseTo(0.5, 12);
});
