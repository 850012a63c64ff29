import { setTimeout as sleep } from 'node:timers/promises';
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
  let queue: Append[] = [];
  let working: Promise<void> | undefined;
  let said = false;
  let waiting = 0;
  /** Stores facts in one write. @returns those for which there is no room: all or none. */
  const store = async (appends: readonly Append[]): Promise<readonly Append[]> => {
    const outcomes = await Promise.allSettled(appends.map(({ fact, author }) => log.append(fact, author)));
    return appends.filter((append, i) => {
      const outcome = outcomes[i]!;
      if (outcome.status === 'fulfilled') append.stored(outcome.value);
      else if (isDiskFull(outcome.reason) && !impatience.signal.aborted) {
        if (!said) warn(`${(outcome.reason as Error).message}: waiting for space; new results are kept in memory`);
        said = true;
        return true;
      } else append.refused(outcome.reason);
      return false;
    });
  };
  const work = async () => {
    await undefined; // includes what is appended in this turn
    while (queue.length > 0) {
      let left: readonly Append[] = queue;
      queue = [];
      for (left = await store(left); left.length > 0; left = await store(left))
        await sleep(pause, undefined, { signal: impatience.signal }).catch(() => {});
      if (said && !impatience.signal.aborted) warn('there is room again: the study continues');
      said = false;
    }
    working = undefined;
  };
  return {
    ...log,
    append: (fact, author) => {
      waiting++;
      const stored = new Promise<'stored' | 'fenced'>((resolve, reject) => queue.push({ fact, author, stored: resolve, refused: reject }));
      working ??= work();
      return stored.finally(() => waiting--);
    },
    get waiting() {
      return waiting;
    },
    settled: async () => {
      await working;
    },
    giveUp: () => impatience.abort(),
  };
}
