import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection, Status } from '@nats-io/nats-core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { joinStudy, repeatCheck, watchOutages } from '../../../../streams/nats/connection/outage.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A connection whose status a test decides. */
function connection() {
  const waiting: ((status: Status) => void)[] = [];
  const status = () => ({
    async *[Symbol.asyncIterator]() {
      for (;;) yield await new Promise<Status>((resolve) => waiting.push(resolve));
    },
  });
  const enter = async (type: 'disconnect' | 'reconnect') => {
    for (const tell of waiting.splice(0)) tell({ type, server: 'x' });
    await sleep(1);
  };
  return { nc: { status } as unknown as NatsConnection, enter };
}

it('an outage is named at once, then once a minute with the studies that wait, and its end', async () => {
  const { nc, enter } = connection();
  const said: string[] = [];
  const end = watchOutages(nc, (text) => said.push(text));
  const leave = joinStudy(nc, 'a');
  for (const study of ['b', 'c', 'd', 'e']) joinStudy(nc, study);
  await enter('disconnect');
  vi.advanceTimersByTime(59_000);
  expect(said).toEqual([expect.stringMatching(/lost.*a, b, c and 2 more$/)]);
  leave();
  vi.advanceTimersByTime(61_000);
  expect(said.slice(1)).toEqual([expect.stringMatching(/1 min.*b, c, d and 1 more$/), expect.stringMatching(/2 min/)]);
  await enter('reconnect');
  vi.advanceTimersByTime(600_000);
  expect(said.slice(3)).toEqual([expect.stringContaining('is back')]);
  end();
});

it('a repeated check says why it fails once, and nothing of an outage', async () => {
  const { nc, enter } = connection();
  const said: string[] = [];
  const passing = Object.assign(new Error('timeout'), { name: 'TimeoutError' });
  const outcomes = [passing, new Error('no right'), new Error('no right'), undefined, new Error('no right'), passing];
  const check = async () => {
    const outcome = outcomes.shift();
    if (outcome) throw outcome;
  };
  const end = repeatCheck(nc, check, 5000, (message) => said.push(message));
  const steps = [[], ['no right'], ['no right'], ['no right'], ['no right', 'no right'], ['no right', 'no right']];
  for (const after of steps) {
    vi.advanceTimersByTime(5000);
    await sleep(1);
    expect(said).toEqual(after);
  }
  outcomes.push(new Error('another'));
  await enter('reconnect');
  expect(said.at(-1)).toBe('another');
  end();
  expect(vi.getTimerCount()).toBe(0);
});
