import { expect, it } from 'vitest';
import { chaos } from './world.ts';

it('a study goes through kills and suspensions of everything, and all holds', { timeout: 240_000 }, async () => {
  const { violations, completed, recomputed } = await chaos({ trials: 300, faults: 25, minutes: 3, seed: 'test', trainers: 6, pace: 600 });
  expect(violations).toEqual([]);
  expect(completed).toBe(300);
  expect(recomputed).toBeGreaterThanOrEqual(300);
});
