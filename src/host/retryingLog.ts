import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskFull } from '../../streams/log/errors.ts';
import { waker } from '../../streams/log/follow.ts';
import type { AuthoredLog } from '../../streams/log/log.ts';
import { onInterrupt } from './interrupt.ts';
import { counted, UnstoredError, type UnstoredFact, writeElsewhere } from './unstored.ts';

/** A log that keeps facts in memory while they cannot be stored. */
export interface RetryingLog extends AuthoredLog {
  /** Resolves when nothing waits. */
  settled(): Promise<void>;
  /** The process is about to end: from now on, facts wait for space for the grace time only, or until the next interrupt. */
  leave(): void;
  /** Leaves, waits, and writes what could not be stored elsewhere. @throws UnstoredError, which says where */
  close(): Promise<void>;
}

export interface RetryingLogOptions {
  /** The path of the journal. */
  readonly place: () => string;
  readonly warn: (message: string) => void;
  /** Seconds for which a process that is about to end waits for space. */
  readonly grace?: number | undefined;
  /** Milliseconds between two attempts. */
  readonly pause?: number;
}

interface Append extends UnstoredFact {
  readonly stored: (outcome: 'stored' | 'fenced') => void;
  readonly refused: (cause: unknown) => void;
}

/**
 * Retries while the disk is full, in order, and warns once. Results of trials that end meanwhile are kept in memory. No new trial begins, because an
 * engine waits until its suggestions are stored. When the process is asked to end, it waits for its grace time; what then has no room is written
 * elsewhere, so that no result is lost.
 */
export function retryingLog(log: AuthoredLog, { place, warn, grace = 10, pause = 2000 }: RetryingLogOptions): RetryingLog {
  const impatience = new AbortController();
  let waiting = 0;
  const news = waker();
  const settle = <T>(outcome: T): T => {
    waiting--;
    if (waiting === 0) news.wake();
    return outcome;
  };
  const fail = (cause: unknown): never => {
    throw settle(cause);
  };
  /** What found the disk full, and what was appended after it. */
  let queue: Append[] = [];
  let retrying = false;
  /** What was given up. */
  const unstored: UnstoredFact[] = [];
  /** What the disk said last. */
  let message = '';
  const giveUp = () => impatience.abort();
  /** Ends what `leave` began. */
  let forget: (() => void) | undefined;
  let unlisten: (() => void) | undefined;
  const announce = () => {
    if (!forget) return warn(`${message}: waiting for space; new results are kept in memory`);
    unlisten ??= onInterrupt(giveUp); // only now: a server has a log for each study, and most have nothing to wait for
    warn(`${place()}: waiting for disk space to store ${counted(queue)}; interrupt again to give them up`);
  };
  const retry = async () => {
    if (retrying) return;
    retrying = true;
    announce();
    while (queue.length > 0) {
      await sleep(pause, undefined, { signal: impatience.signal }).catch(() => {});
      const left = await Promise.all(queue.splice(0).map(store));
      queue = [...left.filter((append) => append !== undefined), ...queue];
    }
    retrying = false;
    if (!impatience.signal.aborted) warn('there is room again: the study continues');
  };
  /** A fact could not be stored. If the disk is full, it waits for room, or is kept for `close` once that is given up. @returns whether it waits */
  const defer = (cause: unknown, { at, fact, author }: UnstoredFact): boolean => {
    if (!isDiskFull(cause)) return false;
    if (impatience.signal.aborted) unstored.push({ at, fact, author });
    else ({ message } = cause as Error);
    return !impatience.signal.aborted;
  };
  /** @returns it, if there is no room for it yet. */
  const store = async (append: Append): Promise<Append | undefined> => {
    try {
      append.stored(await log.append(append.fact, append.author));
    } catch (cause) {
      if (defer(cause, append)) return append;
      append.refused(cause);
    }
    return undefined;
  };
  /** Keeps a fact until there is room for it, after those that are kept already. */
  const keep = (fact: UnstoredFact) =>
    new Promise<'stored' | 'fenced'>((stored, refused) => {
      queue.push({ ...fact, stored, refused });
      void retry();
    });
  const leave = () => {
    if (forget) return;
    const timer = setTimeout(giveUp, grace * 1000);
    forget = () => {
      clearTimeout(timer);
      unlisten?.();
    };
    if (queue.length > 0) announce();
  };
  const settled = async () => {
    while (waiting > 0) await news.woken();
  };
  return {
    ...log,
    append: (fact, author) => {
      waiting++;
      const given = { at: Date.now(), fact, author };
      const stored = retrying
        ? keep(given).then(settle, fail)
        : log.append(fact, author).then(settle, (cause) => (defer(cause, given) ? keep(given).then(settle, fail) : fail(cause)));
      stored.catch(() => {}); // a caller may not wait for it
      return stored;
    },
    settled,
    leave,
    close: async () => {
      leave();
      await settled();
      forget?.();
      const lost = unstored.splice(0);
      await log.close();
      if (lost.length > 0) throw new UnstoredError(place(), lost, await writeElsewhere(place(), lost));
    },
  };
}
