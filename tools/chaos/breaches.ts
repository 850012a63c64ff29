import type { Rule } from './without.ts';
import type { ChaosOptions } from './world.ts';

/** For each rule, a scenario in which only this rule prevents a violation. */
export const worlds: Readonly<Record<Rule, ChaosOptions>> = {
  // Two engines decide at the same time.
  fence: { trials: 40, faults: 0, minutes: 1, seed: 'fence', trainers: 3, pace: 50 },
  // The server delivers each suggestion again after every lease.
  claims: { trials: 100, faults: 0, minutes: 1, seed: 'claims', trainers: 3, pace: 300, deaf: true },
  // Trainings are long, and the engines are suspended.
  restart: { trials: 12, faults: 2, minutes: 1, seed: 'restart', trainers: 4, lease: 2, pace: 9000, only: ['stopEngines'] },
  // Trainers do not get some of the suggestions.
  offers: { trials: 60, faults: 2, minutes: 2, seed: 'offers', trainers: 4, pace: 300, stall: 20, only: ['hideDeliveries'] },
  // Something unexpected ends the study in the only engine.
  supervision: { trials: 40, faults: 2, minutes: 2, seed: 'supervision', trainers: 3, pace: 300, engines: 1, only: ['failEngine'] },
};

/** The violation that the checker finds without the rule. Running trainings count as wasted until they end, but only three run at a time. */
export const breaches: Readonly<Record<Rule, RegExp>> = {
  fence: /is suggested twice/,
  claims: /^\d{2,} trainings were wasted/,
  offers: /waited for a trainer/,
  supervision: /does not serve the study/,
  restart: /was taken from .*, which nothing had happened to/,
};
