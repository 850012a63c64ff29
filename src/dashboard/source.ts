import { JournalLockedError } from '../../streams/log/errors.ts';
import { openJournal } from '../../streams/log/journal.ts';
import type { Log } from '../../streams/log/log.ts';
import { past } from '../../streams/log/past.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import { sayTo } from '../cli/controlSocket.ts';
import type { Entry } from '../entry.ts';
import { UserError } from '../errors.ts';
import type { Closed, Command } from '../facts/facts.ts';

/** A study's log, as the dashboard reads it and writes to it. */
export interface Source {
  /** The file or the server. */
  readonly place: string;
  /** Entries from a position on, then what comes, until the signal aborts. */
  read(from: number, signal: AbortSignal): AsyncIterable<readonly Entry[]>;
  /** What is there now, from a position on. */
  past(from: number): AsyncIterable<readonly Entry[]>;
  /** Puts what a person says into the log. @throws ActionError, StudyError */
  say(fact: Command | Closed): Promise<Said>;
}

/** A fact that a person has said. */
export interface Said {
  /** Where it is in the log. */
  readonly position: number;
  /** Whether somebody runs the study, and heard it. */
  readonly running: boolean;
}

/** What a person wants cannot be done; the message says why. */
export class ActionError extends UserError {
  override readonly name = 'ActionError';
  readonly code = 'refused';
}

const quietly = () => {};

/** A journal that another process writes, or nobody. */
export const journalSource = (path: string, warn: (message: string) => void = quietly): Source => ({
  place: path,
  read: (from, signal) => readJournal(path, { from, follow: true, signal, warn }),
  past: (from) => readJournal(path, { from, warn }),
  say: async (fact) => {
    const log = await openJournal(path, { warn }).catch((error) => {
      if (error instanceof JournalLockedError) return error;
      throw error;
    });
    if (log instanceof JournalLockedError) return { position: await sayToRun(path, fact, log), running: true };
    try {
      await log.append(fact);
      return { position: await log.head(), running: false };
    } finally {
      await log.close();
    }
  },
});

/** @returns the position of the fact. */
async function sayToRun(path: string, fact: Command | Closed, { pid }: JournalLockedError): Promise<number> {
  const answer = await sayTo(path, fact);
  if (answer === undefined)
    throw new ActionError(
      `${path}: the study is running (process ${pid}); it hears nothing, as "hypertide run" would: end it, say it again, and run it on`,
    );
  if ('error' in answer) throw new ActionError(`${path}: ${answer.error}`);
  return answer.position;
}

/** A log that this process runs a study on. */
export const logSource = (place: string, log: Log): Source => ({
  place,
  read: (from, signal) => log.read(from, signal),
  past: (from) => past(log, from),
  say: async (fact) => {
    while ((await log.append(fact)) === 'fenced');
    return { position: await log.head(), running: true };
  },
});
