import { afterEach, expect, it, vi } from 'vitest';
import { readingFeed } from '../../../src/server/feed/feed.ts';
import { firstMessages } from '../../../src/server/feed/firstMessages.ts';
import { TrialChanges } from '../../../src/server/feed/trialChanges.ts';
import { applied, processSource } from '../../../src/stores/process.ts';
import { TrialRows } from '../../../src/study/trials.ts';
import { memoryLog } from '../../../streams/core.ts';
import { float, random, space } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { finished } from '../support.ts';

afterEach(() => void vi.restoreAllMocks());

/** A study of 3000 trials, whose messages are two, and how often they were made. */
async function studied() {
  const log = memoryLog();
  await log.append(createdOf(space({ lr: float(0, 1) }), random(), { study: 'net', objectives: { loss: 'minimize' }, seed: 1 }));
  const add = async (from: number, to: number) => {
    for (let trial = from; trial <= to; trial++) for (const fact of finished(trial, 1 / trial, { lr: 0.1 })) await log.append(fact);
  };
  await add(1, 3000);
  const feed = readingFeed('net', processSource('memory', log, (await applied(log)).submit));
  await feed.caughtUp;
  const since = vi.spyOn(TrialChanges.prototype, 'since');
  const more = async (from: number, to: number) => {
    await add(from, to);
    await feed.reached(await log.head());
  };
  return { feed, more, made: () => since.mock.calls.length };
}
const trialsOf = (messages: readonly Uint8Array[]) =>
  messages.flatMap((bytes) => JSON.parse(/^data: (.*)$/m.exec(new TextDecoder().decode(bytes))![1]!).rows.length as number);

it('readers that begin before others are done share the messages', async () => {
  const { feed, more, made } = await studied();
  const slow = firstMessages(feed);
  const first = slow.messages[Symbol.iterator]();
  const begun = first.next().value as Uint8Array;
  await more(3001, 3010);
  const quick = firstMessages(feed);
  const all = [...quick.messages];
  expect(all[0]).toBe(begun);
  expect(trialsOf(all)).toEqual([2000, 1000]);
  expect([slow.position, quick.position, made()]).toEqual([12_001, 12_001, 1]);
  expect(new TextDecoder().decode(all[0]).endsWith('}\n\n')).toBe(true);
  expect(new TextDecoder().decode(all[1]).endsWith('\nid: 12001\n\n')).toBe(true);
});

it('a reader that begins after all others are done, or long after they began, gets new messages', async () => {
  const { feed, more, made } = await studied();
  expect(trialsOf([...firstMessages(feed).messages])).toEqual([2000, 1000]);
  await more(3001, 3010);
  const stalled = firstMessages(feed).messages[Symbol.iterator]();
  stalled.next();
  expect(made()).toBe(2);
  await more(3011, 4300);
  expect(trialsOf([...firstMessages(feed).messages])).toEqual([2000, 2000, 300]);
  expect(made()).toBe(3);
});

it('messages hold fewer rows if these have many parameters', () => {
  const changes = new TrialChanges('loss');
  const rows = new TrialRows();
  const params = Object.fromEntries(Array.from({ length: 96 }, (_, i) => [`p${i}`, 0]));
  for (let trial = 1; trial <= 500; trial++) {
    const fact = { type: 'suggested', trial, attempt: 1, by: 'random', params } as const;
    const event = { type: 'suggested', id: trial, by: 'random', point: [] } as const;
    const entry = { position: trial, at: 0, fact, effect: 'suggested', event } as const;
    rows.apply(entry);
    changes.apply(entry, rows);
  }
  const pages = [...changes.since(0)];
  expect(pages.map(({ rows, more }) => [rows.length, more])).toEqual([
    [240, true],
    [240, true],
    [20, false],
  ]);
  expect([...changes.since(500)].map(({ rows, more }) => [rows.length, more])).toEqual([[0, false]]);
});
