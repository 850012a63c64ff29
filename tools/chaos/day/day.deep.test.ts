import { expect, it } from 'vitest';
import { day } from './day.ts';

/** Only root mounts file systems, as each server has a disk of its own. In CI, a case that cannot run must fail. */
const mounts = it.skipIf(!process.env.CI && process.getuid?.() !== 0);
/** CI plays as many events as fit, in another order each time; `npx tsx tools/chaos day --minutes 1 --seed` plays it again. */
const seed = process.env.CI ? String(Date.now()) : 'test';

mounts('a platform of four teams survives a day: upgrades, restarts, outages, full disks, floods and changes', async () => {
  const { violations, events, completed } = await day({ minutes: 1, seed });
  expect(violations, `seed ${seed}`).toEqual([]);
  expect(events.length).toBeGreaterThan(3);
  expect(completed).toBeGreaterThan(300);
});
