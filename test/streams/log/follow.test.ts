import { expect, it } from 'vitest';
import { follow, type Readable, waker } from '../../../streams/log/follow.ts';

/** A log of one entry that counts how often its readers look for more. */
function counted() {
  const news = waker();
  const entry = { position: 1, at: 0, fact: {} };
  let looks = 0;
  let head = 1;
  const log: Readable = {
    head: () => {
      looks++;
      return head;
    },
    closed: () => false,
    batch: (from) => [{ ...entry, position: from }],
    news,
  };
  const append = () => {
    head++;
    news.wake();
  };
  return { log, append, looks: () => looks };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a reader that leaves wakes no other one, and the others hear what comes', async () => {
  const { log, append, looks } = counted();
  const read: number[] = [];
  const leaving = Array.from({ length: 50 }, () => new AbortController());
  const readers = leaving.map(async ({ signal }, i) => {
    for await (const [entry] of follow(log, 1, signal)) if (entry!.position === 2) read.push(i);
    return i;
  });
  await turn();
  const before = looks();
  for (const one of leaving.slice(0, 40)) one.abort();
  expect(await Promise.all(readers.slice(0, 40))).toHaveLength(40);
  expect(looks() - before).toBe(0);
  append();
  await turn();
  expect(read).toEqual([40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
  for (const one of leaving) one.abort();
  await Promise.all(readers);
});

it('a waker wakes each that waits once, and one that waits again is woken the next time', async () => {
  const news = waker();
  const heard: string[] = [];
  const again = () => {
    heard.push('again');
    news.next(again);
  };
  news.next(again);
  const forget = news.next(() => heard.push('left'));
  forget();
  const leaving = new AbortController();
  const left = news.woken(leaving.signal);
  leaving.abort();
  await left;
  news.wake();
  expect(heard).toEqual(['again']);
  news.wake();
  expect(heard).toEqual(['again', 'again']);
});
