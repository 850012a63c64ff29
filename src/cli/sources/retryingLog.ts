import { setTimeout as sleep } from 'node:timers/promises';
import { bell } from '../../../streams/log/follow.ts';
import type { AuthoredLog } from '../../../streams/log/log.ts';
import { isDiskFull } from './fullDisk.ts';

/** A log that keeps facts in memory while they cannot be stored. */
export interface RetryingLog extends AuthoredLog {
  /** How many facts wait to be stored. */
  readonly waiting: number;
  /** Resolves when nothing waits. */
  settled(): Promise<void>;
  /** Stops waiting: facts that cannot be stored fail. */
  giveUp(): void;
}

interface Append {
  readonly fact: unknown;
  readonly author: string | undefined;
  readonly stored: (outcome: 'stored' | 'fenced') => void;
  readonly refused: (cause: unknown) => void;
}

/**
 * Retries while the disk is full, in order, and warns once. Results of trials that end meanwhile are kept in memory. No new trial begins, because an
 * engine waits until its suggestions are stored.
 *
 * @param pause milliseconds between two attempts.
 */
export function retryingLog(log: AuthoredLog, warn: (message: string) => void, pause = 2000): RetryingLog {
  const impatience = new AbortController();
  let waiting = 0;
  const news = bell();
  const settle = <T>(outcome: T): T => {
    waiting--;
    if (waiting === 0) news.ring();
    return outcome;
  };
  const fail = (cause: unknown): never => {
    throw settle(cause);
  };
  /** What found the disk full, and what was appended after it. */
  let queue: Append[] = [];
  let retrying = false;
  /** What the disk said last. */
  let message = '';
  const retry = async () => {
    if (retrying) return;
    retrying = true;
    warn(`${message}: waiting for space; new results are kept in memory`);
    while (queue.length > 0) {
      await sleep(pause, undefined, { signal: impatience.signal }).catch(() => {});
      const left = await Promise.all(queue.splice(0).map(store));
      queue = [...left.filter((append) => append !== undefined), ...queue];
    }
    retrying = false;
    if (!impatience.signal.aborted) warn('there is room again: the study continues');
  };
  /** Whether a fact could not be stored because the disk is full, and waits for room. */
  const isToWait = (cause: unknown): boolean => {
    if (!isDiskFull(cause) || impatience.signal.aborted) return false;
    ({ message } = cause as Error);
    return true;
  };
  /** @returns it, if there is no room for it yet. */
  const store = async (append: Append): Promise<Append | undefined> => {
    try {
      append.stored(await log.append(append.fact, append.author));
    } catch (cause) {
      if (isToWait(cause)) return append;
      append.refused(cause);
    }
    return undefined;
  };
  /** Keeps a fact until there is room for it, after those that are kept already. */
  const keep = (fact: unknown, author: string | undefined) =>
    new Promise<'stored' | 'fenced'>((stored, refused) => {
      queue.push({ fact, author, stored, refused });
      void retry();
    });
  return {
    ...log,
    append: (fact, author) => {
      waiting++;
      const stored = retrying
        ? keep(fact, author).then(settle, fail)
        : log.append(fact, author).then(settle, (cause) => (isToWait(cause) ? keep(fact, author).then(settle, fail) : fail(cause)));
      stored.catch(() => {}); // a caller may not wait for it
      return stored;
    },
    get waiting() {
      return waiting;
    },
    settled: async () => {
      while (waiting > 0) await news.heard();
    },
    giveUp: () => impatience.abort(),
  };
}
