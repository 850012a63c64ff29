import type { Entry } from '../../src/facts/entry.ts';

/** Wakes all that wait for it, once. */
export interface Waker {
  wake(): void;
  /** Calls back the next time. @returns a function that no longer waits for it */
  next(wake: () => void): () => void;
  /** Resolves the next time, or when the signal aborts. */
  woken(signal?: AbortSignal): Promise<void>;
}

export function waker(): Waker {
  let waiting = new Set<() => void>();
  const next = (wake: () => void) => {
    waiting.add(wake);
    return () => void waiting.delete(wake);
  };
  return {
    next,
    wake() {
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    woken: (signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          leave();
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const leave = next(wake);
        signal?.addEventListener('abort', wake);
      }),
  };
}

/** What can be read of a log now. */
export interface Readable {
  head(): number;
  closed(): boolean;
  /** At least one entry from a position at or before the head. */
  batch(from: number): readonly Entry[] | Promise<readonly Entry[]>;
  /** Wakes readers when the head has moved and when the log has closed. */
  readonly news: Waker;
}

/** Reads past entries, then live ones. A reader holds only its position, so a slow one costs nothing. */
export function follow(log: Readable, from: number, signal?: AbortSignal): AsyncIterable<readonly Entry[]> {
  checkPosition(from);
  return entriesFrom(log, from, signal);
}

/** @throws RangeError unless a log can be read from there */
export function checkPosition(from: number): void {
  if (!Number.isInteger(from) || from < 1)
    throw new RangeError(`read from: expected a position, a whole number from 1 on, but got ${from}`);
}

async function* entriesFrom(log: Readable, from: number, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void> {
  let next = from;
  let wake = () => {};
  const leave = () => wake();
  signal?.addEventListener('abort', leave); // once for all waits: each would cost as much as a fact
  try {
    while (!signal?.aborted) {
      if (next <= log.head()) {
        const entries = await log.batch(next);
        next += entries.length;
        yield entries;
      } else if (log.closed()) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          const forget = log.news.next(resolve);
          wake = () => {
            forget();
            resolve();
          };
        });
      }
    }
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
