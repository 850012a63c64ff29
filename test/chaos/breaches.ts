import type { Rule } from './without.ts';
import type { ChaosOptions } from './world.ts';

/** Worlds in which one rule is all that keeps the system from harm. */
export const worlds: Readonly<Record<Rule, ChaosOptions>> = {
  // Two engines decide at the same time, all the time.
  fence: { trials: 40, faults: 0, minutes: 1, seed: 'fence', trainers: 3, pace: 50 },
  // Each suggestion is handed out again and again, a lease after the other.
  claims: { trials: 100, faults: 0, minutes: 1, seed: 'claims', trainers: 3, pace: 300, deaf: true },
  // Trainings are long, and engines sleep.
  restart: { trials: 12, faults: 2, minutes: 1, seed: 'restart', trainers: 4, lease: 1, pace: 6000, only: ['stopEngines'] },
};

/** What the checker finds where a rule is missing. Trainings that run count as wasted until they end, but there are only three. */
export const breaches: Readonly<Record<Rule, RegExp>> = {
  fence: /is suggested twice/,
  claims: /^\d{2,} trainings were wasted/,
  restart: /was taken from .*, which nothing had happened to/,
};
