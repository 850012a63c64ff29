import { expect, it } from 'vitest';
import { type Readings, watchDiskAndClock } from '../../src/host/diskAndClock.ts';
import { eventually } from '../support/eventually.ts';

/** The warnings about a machine whose disk and clock change from check to check. */
async function warningsOf(looks: readonly { readonly free?: number; readonly lead?: number }[]): Promise<string[]> {
  const told: string[] = [];
  let look = -1; // before the first one
  const machine: Readings = {
    free: async () => {
      const { free } = looks[Math.min(look, looks.length - 1)]!;
      if (free === undefined) throw new Error('this file system does not say');
      return free;
    },
    lead: () => (look++ < 0 ? 0 : (looks[look]?.lead ?? looks.at(-1)!.lead ?? 0)),
  };
  const unwatch = watchDiskAndClock('studies', (text) => told.push(text), 1, machine);
  await eventually(() => expect(look).toBeGreaterThan(looks.length));
  unwatch();
  return told;
}

it('warns each time a disk becomes nearly full, and only once while it stays so', async () => {
  expect(await warningsOf([50e6, 9_949_000, 5000, 50e6, undefined, 0].map((free) => (free === undefined ? {} : { free })))).toEqual([
    'studies: the disk is nearly full (9.9 MB free): free some space, or the study will wait when the disk is full',
    'studies: the disk is nearly full (0.0 MB free): free some space, or the study will wait when the disk is full',
  ]);
});

it('warns of each jump of the clock, and not of a correction', async () => {
  const day = 86_400_000;
  expect(await warningsOf([0, 4000, day, day, -day].map((lead) => ({ lead })))).toEqual([
    'the clock jumped forward by 86400 s: times in the log jump, too; leases, limits and durations do not depend on it',
    'the clock jumped back by 172800 s: times in the log jump, too; leases, limits and durations do not depend on it',
  ]);
});
