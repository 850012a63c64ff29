import { from, lastValueFrom, mergeMap, type Observable, toArray } from 'rxjs';
import { JournalError } from '../../streams/log/errors.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import { follow, type Noted, spaceOf } from '../../streams/noted.ts';
import { type Row, trials } from '../../streams/observe.ts';
import type { Entry } from '../entry.ts';
import type { Created, Params } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Space } from '../space/space.ts';
import { UsageError } from './usage.ts';

const said = new Set<string>();

/** The entries of a journal. A damaged line is told of once, however often the journal is read. */
export const entriesIn = (path: string): AsyncIterable<readonly Entry[]> =>
  readJournal(path, {
    warn: (message) => {
      if (!said.has(message)) process.stderr.write(`${message}\n`);
      said.add(message);
    },
  });

/** What the entries of a journal did. */
export const notedIn = (path: string): Observable<Noted> =>
  from(entriesIn(path)).pipe(
    mergeMap((entries: readonly Entry[]) => entries),
    follow(),
  );

/** The trials of a journal that have ended, each as it stands now. */
export async function rowsIn(path: string): Promise<Row<Params>[]> {
  const rows = await lastValueFrom(notedIn(path).pipe(trials<Params>(), toArray()), { defaultValue: [] });
  return [...new Map(rows.map((row) => [row.trial, row])).values()];
}

/** The first fact of a journal. @throws UsageError where there is no file, or where it is no study's. */
export async function createdIn(path: string): Promise<Created> {
  const [first] = await firstEntries(path);
  const fact = parseFact(first?.fact);
  if (!isRefusal(fact) && fact.type === 'created') return fact;
  throw new UsageError(`${path}: there is no study in it`);
}

async function firstEntries(path: string): Promise<readonly Entry[]> {
  try {
    for await (const entries of readJournal(path, { warn: () => {} })) return entries;
    return [];
  } catch (error) {
    const missing = error instanceof JournalError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    throw missing ? new UsageError(`${path}: there is no such journal`) : error;
  }
}

/** A ledger that has taken a whole journal in. */
export async function ledgerOf(path: string): Promise<Ledger<Params>> {
  const created = await createdIn(path);
  const ledger = new Ledger<Params>(spaceOf(created) as Space<Params>);
  for await (const entries of entriesIn(path)) for (const entry of entries) ledger.fold(entry);
  return ledger;
}
