import { expect, it } from 'vitest';
import type { Iterate } from '../../../src/samplers/gradient/iterate.ts';
import { startOptimizer } from '../../../src/samplers/gradient/optimizerState.ts';
import { isWorthLeaving } from '../../../src/samplers/gradient/outlook.ts';

const at = (loss: number, ...gradient: number[]): Iterate => ({
  point: [0.5, 0.5],
  x: Float64Array.of(0.5, 0.5),
  loss,
  gradient: Float64Array.from(gradient),
});
/** A descent whose steps are 0.02 long, so ten of them go 0.2 further. */
const descent = (iterate: Iterate, more: { slowSteps?: number; noise?: number } = {}) => ({
  ...startOptimizer(iterate, [0, 1], more.noise ?? 0),
  steps: 5,
  lastStep: 0.02,
  slowSteps: more.slowSteps ?? 0,
});
const leaves = (iterate: Iterate, best: number, more = {}) => isWorthLeaving(descent(iterate, more), iterate, best);

it('leaves a descent that could not reach the best loss even along its tangent', () => {
  expect(leaves(at(1, 1, -1), 0.5)).toBe(true);
  expect(leaves(at(1, 1, -2), 0.5)).toBe(false);
  expect(leaves(at(1, 1, Number.NaN), 0.9)).toBe(false);
});

it('expects no decrease beyond the border', () => {
  const border = { ...at(1, 10, 0), x: Float64Array.of(0.01, 0.5) };
  expect(leaves(border, 0.8)).toBe(true);
  expect(leaves(at(1, 10, 0), 0.8)).toBe(false);
});

it('leaves a slow descent if another trial is better, and refines the best one', () => {
  expect(leaves(at(1, 10, 10), 0.99, { slowSteps: 3 })).toBe(true);
  expect(leaves(at(1, 10, 10), 0.99, { slowSteps: 2 })).toBe(false);
  expect(leaves(at(1, 10, 10), 1, { slowSteps: 3 })).toBe(false);
});

it('leaves a slow descent whose gain would be below the noise', () => {
  expect(leaves(at(1, 0.1, 0.1), 1, { slowSteps: 3, noise: 0.02 })).toBe(true);
  expect(leaves(at(1, 1, 1), 1, { slowSteps: 3, noise: 0.02 })).toBe(false);
  expect(leaves(at(1, 10, 10), 0.99, { slowSteps: 3, noise: 0.02 })).toBe(false);
});

it('judges by the last accepted point if the latest is worse, and not before the first step', () => {
  const accepted = at(1, 1, -1);
  expect(isWorthLeaving(descent(accepted), at(2, 10, 10), 0.5)).toBe(true);
  expect(isWorthLeaving({ ...descent(accepted), steps: 0 }, accepted, 0.5)).toBe(false);
});
