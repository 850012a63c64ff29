import { describe, expect, it } from 'vitest';
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

it('an engine without a standby serves its study again after each outage of a server with TLS', async () => {
  const { violations, completed, kinds } = await chaos({
    trials: 40,
    faults: 1,
    minutes: 3,
    seed,
    trainers: 4,
    pace: 300,
    engines: 1,
    tls: true,
    strategy: 'bo',
    stall: 30,
    only: ['outage'],
  });
  expect(violations, `seed ${seed}`).toEqual([]);
  expect([completed, kinds.kill]).toEqual([40, expect.toSatisfy((outages: number) => outages >= 1)]);
});

describe.each(['fence', 'claims', 'restart', 'offers', 'supervision'] as const)('the checker and the rule "%s"', (rule) => {
  it('finds nothing while the rule holds', async () => {
    expect((await chaos(worlds[rule])).violations).toEqual([]);
  });
  it('finds the breach without the rule', async () => {
    const { violations } = await chaos({ ...worlds[rule], without: rule, breach: breaches[rule], minutes: 4 });
    expect(violations).toContainEqual(expect.stringMatching(breaches[rule]));
  });
});
