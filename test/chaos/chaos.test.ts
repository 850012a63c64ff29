import { expect, it } from 'vitest';
import { breaches, worlds } from './breaches.ts';
import { chaos } from './world.ts';

it('a study goes through kills and suspensions of everything, and all holds', { timeout: 240_000 }, async () => {
  const { violations, completed, recomputed } = await chaos({ trials: 300, faults: 25, minutes: 3, seed: 'test', trainers: 6, pace: 600 });
  expect(violations).toEqual([]);
  expect(completed).toBe(300);
  expect(recomputed).toBeGreaterThanOrEqual(300);
});

// That it finds nothing with them takes longer: npm run test:chaos.
it.each(['fence', 'claims', 'restart'] as const)('its checker sees that a rule is gone: %s', { timeout: 240_000 }, async (rule) => {
  const { violations } = await chaos({ ...worlds[rule], without: rule, breach: breaches[rule], minutes: 3 });
  expect(violations).toContainEqual(expect.stringMatching(breaches[rule]));
});
