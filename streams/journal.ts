export { JournalError, JournalLockedError } from './log/errors.ts';
export type { JournalOptions } from './log/journal.ts';
export { openJournal } from './log/journal.ts';
export type { Log } from './log/log.ts';
export { LogClosedError } from './log/log.ts';
export type { ReadJournalOptions } from './log/readJournal.ts';
export { readJournal } from './log/readJournal.ts';
