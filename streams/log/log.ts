import { UserError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';

/**
 * The ordered log of a study. Facts are JSON objects without a field `at` and are never changed once they are appended; the state of a study is a
 * fold over them.
 */
export interface Log {
  /**
   * Entries from a position on (1 at first), in order, in batches: past ones first, then live as they are appended, until the log is closed
   * or the signal aborts. What was appended before the close is still read; an abort ends the iteration immediately and without an error. Several
   * readers may read at the same time, each at its own pace.
   *
   * @throws RangeError if `from` is not a whole number from 1 on.
   */
  read(from?: number, signal?: AbortSignal): AsyncIterable<readonly Entry[]>;
  /** Position of the last entry, 0 if there is none. */
  head(): Promise<number>;
  /**
   * Appends one fact; several are stored in the order of the calls. `fenced`: another process wrote first, so read on and decide again.
   *
   * @throws LogClosedError after `close`, or the error that prevented the log from storing it. Then no part of it is in the log, which stays usable.
   */
  append(fact: unknown): Promise<'stored' | 'fenced'>;
  /** Stores what was appended, and ends all readers. May be called twice. */
  close(): Promise<void>;
}

/** A log that records the author of a fact, for a process that knows its trainers. */
export interface AuthoredLog extends Log {
  /** As `Log.append`. @param author the trainer; without one, the process that writes the log. */
  append(fact: unknown, author?: string): Promise<'stored' | 'fenced'>;
}

/** Something was appended to a log after it was closed. */
export class LogClosedError extends Error {
  override readonly name = 'LogClosedError';
  readonly code = 'log-closed';
  constructor() {
    super('the log is closed: nothing can be appended to it');
  }
}

/** A study was begun on a log on which another one of this process runs. */
export class LogInUseError extends UserError {
  override readonly name = 'LogInUseError';
  readonly code = 'log-in-use';
  constructor() {
    super('another study of this process runs on this log', { todo: 'close it first, or give each study a log of its own' });
  }
}
