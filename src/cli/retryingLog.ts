import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthoredLog } from '../../streams/log/log.ts';
import { isDiskFull } from './fullDisk.ts';

/** A log that keeps facts in memory while they cannot be stored. */
export interface RetryingLog extends AuthoredLog {
  /** How many facts wait to be stored. */
  readonly waiting: number;
  /** Resolves when nothing waits. */
  settled(): Promise<void>;
  /** Stops waiting: what cannot be stored fails. */
  giveUp(): void;
}

/**
 * Retries while the disk is full, in order, and warns once. Results of trials that end meanwhile are kept in memory, and
 * since an engine waits for its suggestions to be stored, no new trial begins.
 *
 * @param pause milliseconds between two tries.
 */
export function retryingLog(log: AuthoredLog, warn: (message: string) => void, pause = 2000): RetryingLog {
  const impatience = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  let said = false;
  let waiting = 0;
  const store = async (fact: unknown, author: string | undefined): Promise<'stored' | 'fenced'> => {
    for (;;) {
      try {
        const outcome = await log.append(fact, author);
        if (said) warn('there is room again: the study continues');
        said = false;
        return outcome;
      } catch (error) {
        if (!isDiskFull(error) || impatience.signal.aborted) throw error;
        if (!said) warn(`${(error as Error).message}: waiting for room; results are kept meanwhile`);
        said = true;
        await sleep(pause, undefined, { signal: impatience.signal }).catch(() => {});
      }
    }
  };
  return {
    ...log,
    append: (fact, author) => {
      waiting++;
      const stored = last.then(() => store(fact, author)).finally(() => waiting--);
      last = stored.catch(() => {});
      return stored;
    },
    get waiting() {
      return waiting;
    },
    settled: async () => {
      await last;
    },
    giveUp: () => impatience.abort(),
  };
}
