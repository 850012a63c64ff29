import { JournalLockedError } from '../../streams/log/errors.ts';
import { journal } from '../../streams/log/journal.ts';
import type { Log } from '../../streams/log/log.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import { sayTo } from '../cli/inbox.ts';
import type { Entry } from '../entry.ts';
import type { Closed, Command } from '../facts/facts.ts';

/** A study's log, as the dashboard reads it and writes to it. */
export interface Source {
  /** The file or the server. */
  readonly place: string;
  /** Entries from a position on, then what comes, until the signal aborts. */
  read(from: number, signal: AbortSignal): AsyncIterable<readonly Entry[]>;
  /** What is there now, from a position on. */
  past(from: number): AsyncIterable<readonly Entry[]>;
  /** Puts what a person says into the log. @throws ActionError */
  say(fact: Command | Closed): Promise<void>;
}

/** What a person wants cannot be done; the message says why. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
}

const quietly = () => {};

/** A journal that another process writes, or nobody. */
export const journalSource = (path: string): Source => ({
  place: path,
  read: (from, signal) => readJournal(path, { from, follow: true, signal, warn: quietly }),
  past: (from) => readJournal(path, { from, warn: quietly }),
  say: async (fact) => {
    const log = await journal(path, { warn: quietly }).catch((error) => {
      if (error instanceof JournalLockedError) return error;
      throw error;
    });
    if (log instanceof JournalLockedError) return sayToRun(path, fact, log);
    try {
      await log.append(fact);
    } finally {
      await log.close();
    }
  },
});

async function sayToRun(path: string, fact: Command | Closed, { pid }: JournalLockedError): Promise<void> {
  const answer = await sayTo(path, fact);
  if (answer === undefined)
    throw new ActionError(`process ${pid} runs this study, and hears nothing; "hypertide run" does, and "hypertide run --dashboard"`);
  if ('error' in answer) throw new ActionError(answer.error);
}

/** A log that this process runs a study on. */
export const logSource = (place: string, log: Log): Source => ({
  place,
  read: (from, signal) => log.read(from, signal),
  past: (from) => until(log, from),
  say: async (fact) => {
    while ((await log.append(fact)) === 'fenced');
  },
});

/** A log from a position up to its head. */
export async function* until(log: Pick<Log, 'read' | 'head'>, from: number): AsyncGenerator<readonly Entry[]> {
  const head = await log.head();
  if (from > head) return;
  const reading = new AbortController();
  for await (const entries of log.read(from, reading.signal)) {
    yield entries;
    if (entries.at(-1)!.position >= head) return reading.abort();
  }
}
