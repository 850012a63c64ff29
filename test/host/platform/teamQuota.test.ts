import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Hosted } from '../../../src/host/host.ts';
import { TeamQuota } from '../../../src/host/serving/quota.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { TrialRows } from '../../../src/study/trials.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ledger = {
  demand: () => ({ type: 'ask', fresh: true }),
  running: 0,
  results: { spent: {} },
} as unknown as Ledger<never>;
/** A study whose log begins to be read. @returns its room, and what reads its only entry */
function begin(quota: TeamQuota, study: string) {
  const { apply } = quota.plugin(study)({ past: () => 1 } as Hosted);
  const entry = { position: 1, at: 0, fact: { type: 'annotated' }, effect: 'noted' } as unknown as Parameters<NonNullable<typeof apply>>[0];
  return { room: quota.roomFor(study, () => {}), read: () => apply!(entry, { ledger, rows: {} as TrialRows<never> }) };
}

it('room that a study does not use is free for the others after five seconds, although nothing is written', () => {
  const quota = new TeamQuota();
  quota.limit({ parallel: 1 });
  const [idle, other] = [begin(quota, 'idle'), begin(quota, 'other')];
  idle.read();
  other.read();
  const wake = vi.fn(() => void other.room.isOpen(wake));
  expect(idle.room.isOpen(() => {})).toBe(true); // and its strategy wants no trial
  expect(other.room.isOpen(wake)).toBe(false);
  vi.advanceTimersByTime(5001);
  expect(wake).toHaveBeenCalledTimes(1);
  expect(other.room.why()).toBeUndefined();
});

it('a log that cannot be read keeps the other studies waiting for a minute, and not for ever', () => {
  const quota = new TeamQuota();
  begin(quota, 'broken');
  const { room, read } = begin(quota, 'fine');
  read();
  const wake = vi.fn(() => void room.isOpen(wake));
  expect(room.isOpen(wake)).toBe(false);
  expect(room.why()).toBe('logs of the team are being read');
  vi.advanceTimersByTime(70_000);
  expect(room.why()).toBeUndefined();
});
