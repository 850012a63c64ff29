import { stat } from 'node:fs/promises';
import { firstFactOf } from '../../streams/engine/applyEntries.ts';
import { continuedIn, continuedText } from '../../streams/log/continued.ts';
import { JournalLockedError } from '../../streams/log/errors.ts';
import { checkIsFile } from '../../streams/log/files.ts';
import type { Log } from '../../streams/log/log.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import type { Created, Fact, Params } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Settings } from '../ledger/settings.ts';
import { RefusedError } from '../study/commands.ts';
import { inform } from '../text/output.ts';
import { UsageError } from '../text/usage.ts';
import { journalSource } from './journalSource.ts';
import { ledgerIn } from './trialTable.ts';

/** The path of a journal without its ending. */
export const stemOf = (journal: string): string => journal.replace(/\.jsonl$/, '');

const quietly = { warn: () => {} };

/**
 * The first fact of a journal, which is stored twice; undefined if the file does not exist or is empty. @throws UsageError if it is another file, or
 * its study continued in a file next to it.
 */
export async function begunIn(path: string): Promise<Created | undefined> {
  if (await isEmpty(path)) {
    const continued = await continuedIn(path);
    if (continued) throw new UsageError(`${path}: ${continuedText(continued)}`);
    return undefined;
  }
  const created = await firstFactOf(readJournal(path, quietly)).catch((error) => {
    if (!(error instanceof RefusedError)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  });
  if (created === undefined) throw new UsageError(`${path}: expected a journal, but there is no study in it`);
  return created;
}

/** The valid facts of a journal that has begun. */
export async function* factsIn(path: string): AsyncGenerator<Fact> {
  for await (const entries of readJournal(path, quietly)) {
    for (const entry of entries) {
      const fact = parseFact(entry.fact);
      if (!isRefusal(fact)) yield fact;
    }
  }
}

/** The current settings of a study. */
export const settingsIn = async (path: string, created: Created): Promise<Settings> =>
  (await ledgerIn(journalSource(path, quietly.warn), created)).settings;

/** Also if it does not exist. */
async function isEmpty(path: string): Promise<boolean> {
  await checkIsFile(path);
  try {
    return (await stat(path)).size === 0;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw new UsageError(`${path}: cannot be read (${(cause as Error).message})`);
  }
}

/** The first fact of a journal. @throws UsageError if there is no study. */
export async function createdIn(path: string): Promise<Created> {
  const created = await begunIn(path);
  if (created === undefined) throw new UsageError(`${path}: there is no study yet`);
  return created;
}

/** Opens a study for writing. @throws UsageError if another process runs it. */
export async function openJournalStudy(path: string): Promise<{ readonly log: Log; readonly ledger: Ledger<Params> }> {
  const created = await createdIn(path); // a file that is not a journal is not touched
  const log = await openJournal(path, { warn: inform }).catch((error) => {
    if (!(error instanceof JournalLockedError)) throw error;
    throw new UsageError(`${path}: the study is running (process ${error.pid}); stop it, repeat this command, then restart it`);
  });
  return { log, ledger: await ledgerIn(journalSource(path), created) };
}
