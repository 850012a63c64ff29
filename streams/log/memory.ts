import type { Entry } from '../../src/facts/entry.ts';
import { follow, waker } from './follow.ts';
import { type AuthoredLog, LogClosedError } from './log.ts';

/** Entries in a batch: enough to spread the cost of a turn, few enough to keep a long past from being copied at once. */
const BATCH = 1024;

/**
 * A log in memory, which ends with its process. An append always succeeds.
 *
 * Facts are kept as objects, and times in a separate column. For a trial with 10 parameters (its `suggested` and `completed`), that takes a little less
 * memory than JSON text, and costs no encoding.
 *
 * @param past what the log begins with, such as the entries of another log.
 * @param clock milliseconds since 1970.
 * @throws RangeError if the past is not numbered 1, 2, 3, ...
 *
 * @example
 * const log = memoryLog();
 * await log.append({ type: 'enqueued', params: { lr: 0.1 } });
 */
export function memoryLog(past: Iterable<Entry> = [], clock: () => number = Date.now): AuthoredLog {
  const facts: unknown[] = [];
  const times: number[] = [];
  const authors = new Map<number, string>();
  const news = waker();
  let closed = false;
  const add = (fact: unknown, at: number, author: string | undefined) => {
    facts.push(fact);
    times.push(at);
    if (author !== undefined) authors.set(facts.length, author);
  };
  for (const { position, at, fact, author } of past) {
    add(fact, at, author);
    if (position !== facts.length) throw new RangeError(`past of a log: expected position ${facts.length}, but got ${position}`);
  }

  const readable = {
    news,
    head: () => facts.length,
    closed: () => closed,
    batch: (from: number): Entry[] =>
      facts.slice(from - 1, from - 1 + BATCH).map((fact, i) => {
        const entry = { position: from + i, at: times[from - 1 + i]!, fact };
        const author = authors.get(from + i);
        return author === undefined ? entry : { ...entry, author };
      }),
  };
  return {
    read: (from = 1, signal) => follow(readable, from, signal),
    head: async () => facts.length,
    async append(fact, author) {
      if (closed) throw new LogClosedError();
      add(fact, clock(), author);
      news.wake();
      return 'stored';
    },
    async close() {
      closed = true;
      news.wake();
    },
  };
}
