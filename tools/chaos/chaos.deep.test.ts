import { expect, it } from 'vitest';
import { breaches, worlds } from './breaches.ts';
import { chaos } from './world.ts';

/** CI plays another plan of faults each time; `npx tsx tools/chaos --seed` plays it again. */
const seed = process.env.CI ? String(Date.now()) : 'test';

it('a study survives kills, suspensions and errors of its server, engines and trainers, and damage to its consumer', async () => {
  const { violations, completed, recomputed } = await chaos({
    trials: 300,
    faults: 25,
    minutes: 4,
    seed,
    trainers: 6,
    pace: 600,
    stall: 30,
  });
  expect(violations, `seed ${seed}`).toEqual([]);
  expect(completed).toBe(300);
  expect(recomputed).toBeGreaterThanOrEqual(300);
});

it('a study on three servers survives partitions', async () => {
  const only = ['partition', 'killEngine', 'killTrainer'] as const;
  const { violations, completed } = await chaos({
    trials: 100,
    faults: 8,
    minutes: 4,
    seed,
    trainers: 6,
    pace: 600,
    servers: 3,
    stall: 30,
    only,
  });
  expect(violations, `seed ${seed}`).toEqual([]);
  expect(completed).toBe(100);
});

const finds = async (rule: keyof typeof worlds) => {
  const [held, broken] = await Promise.all([
    chaos(worlds[rule]),
    chaos({ ...worlds[rule], without: rule, breach: breaches[rule], minutes: 4 }),
  ]);
  expect(held.violations).toEqual([]);
  expect(broken.violations).toContainEqual(expect.stringMatching(breaches[rule]));
};
const sentence = 'the checker finds the breach without the rule "%s", and nothing while it holds';
it.each(['fence', 'claims', 'restart'] as const)(sentence, finds);
it.concurrent.each(['offers', 'supervision'] as const)(sentence, finds); // most of their time is waiting
