import { describe, expect, it } from 'vitest';
import { type ChaosOptions, chaos } from './world.ts';

/** Worlds in which one rule is all that keeps the system from harm. */
const worlds: Readonly<Record<'fence' | 'claims' | 'restart', ChaosOptions>> = {
  // Two engines decide at the same time, all the time.
  fence: { trials: 40, faults: 0, minutes: 1, seed: 'fence', trainers: 3, pace: 50 },
  // Each suggestion is handed out again and again, a lease after the other.
  claims: { trials: 100, faults: 0, minutes: 1, seed: 'claims', trainers: 3, pace: 300, deaf: true },
  // Trainings are long, and engines sleep.
  restart: { trials: 12, faults: 2, minutes: 1, seed: 'restart', trainers: 4, lease: 1, pace: 6000, only: ['stopEngine'] },
};

describe('the checker', () => {
  it.each([
    ['fence', /is suggested twice/],
    ['claims', /trainings were wasted/],
    ['restart', /was taken from .*, which nothing had happened to/],
  ] as const)('finds nothing with the rule, and sees that it is gone: %s', { timeout: 180_000 }, async (rule, breach) => {
    expect((await chaos(worlds[rule])).violations).toEqual([]);
    expect((await chaos({ ...worlds[rule], without: rule })).violations).toContainEqual(expect.stringMatching(breach));
  });
});
