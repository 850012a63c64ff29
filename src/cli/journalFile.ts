import { existsSync } from 'node:fs';
import { from, lastValueFrom, mergeMap, type Observable, toArray } from 'rxjs';
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
  return [...new Map(rows.map((row) => [row.trial, row])).values()].sort((a, b) => a.trial - b.trial);
}

/** The first fact of a journal. @throws UsageError where there is no file, or where it is no study's. */
export async function createdIn(path: string): Promise<Created> {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such journal`);
  const created = await beginningOf(path);
  if (created === undefined) throw new UsageError(`${path}: there is no study in it yet`);
  return created;
}

/** The first fact of a journal; nothing where there is no whole line in it. @throws UsageError where it is no study's. */
export async function beginningOf(path: string): Promise<Created | undefined> {
  if (!existsSync(path)) return undefined;
  for await (const [first] of readJournal(path, { warn: () => {} })) {
    const fact = parseFact(first?.fact);
    if (!isRefusal(fact) && fact.type === 'created') return fact;
    throw new UsageError(`${path}: it does not begin as the journal of a study does`);
  }
  return undefined;
}

/** A ledger that has taken a whole journal in. */
export async function ledgerOf(path: string): Promise<Ledger<Params>> {
  const created = await createdIn(path);
  const ledger = new Ledger<Params>(spaceOf(created) as Space<Params>);
  for await (const entries of entriesIn(path)) for (const entry of entries) ledger.fold(entry);
  return ledger;
}
