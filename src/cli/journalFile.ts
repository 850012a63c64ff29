import { open, writeFile } from 'node:fs/promises';
import { from, lastValueFrom, mergeMap, type Observable, Subject, tap } from 'rxjs';
import { JournalLockedError } from '../../streams/log/errors.ts';
import { journal } from '../../streams/log/journal.ts';
import type { Log } from '../../streams/log/log.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import { follow, type Noted, spaceOf } from '../../streams/noted.ts';
import { openRow, type Row, trials } from '../../streams/observe.ts';
import { type Front, type ParetoOptions, pareto } from '../../streams/pareto.ts';
import type { Entry } from '../entry.ts';
import type { Command, Created, Params, SuggestedFact } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Status } from '../ledger/trial.ts';
import type { TrialId } from '../messages.ts';
import type { Space } from '../space/space.ts';
import { sayTo } from './inbox.ts';
import { UsageError } from './usage.ts';

/** A trial of a journal: that has ended, or is open. */
export interface Listed extends Omit<Row<Params>, 'status'> {
  readonly status: Status | 'open';
  /** Positions of the entries that began and ended it. */
  readonly suggested: number;
  readonly ended?: number;
  /** Whether no other trial dominates it; in studies of several objectives. */
  readonly front?: boolean;
}

export const talk = (text: string): void => void process.stderr.write(`${text}\n`);
const quietly = { warn: () => {} };

/** Writes what a command makes. @throws UsageError */
export const put = (path: string, text: string): Promise<void> =>
  writeFile(path, text).catch((cause: Error) => {
    throw new UsageError(`${path}: cannot be written (${cause.message})`);
  });

const notedIn = (path: string): Observable<Noted<Params>> =>
  from(readJournal(path, { warn: talk })).pipe(
    mergeMap((entries: readonly Entry[]) => entries),
    follow(),
  );

/** The front of a journal's study as it stands now. */
export const frontIn = (path: string, options: ParetoOptions = {}): Promise<Front<Params> | undefined> =>
  lastValueFrom(notedIn(path).pipe(pareto(options)), { defaultValue: undefined });

/** The trials of a journal, each as it stands now. */
export async function trialsIn(path: string): Promise<Listed[]> {
  const rows = new Map<TrialId, Listed>();
  let front: readonly Row<Params>[] | undefined;
  const noted$ = new Subject<Noted<Params>>();
  let position = 0;
  noted$.subscribe((noted) => {
    position = noted.position;
    if (noted.told?.type === 'suggested') rows.set(noted.told.id, { ...openRow(noted.fact as SuggestedFact), suggested: position });
  });
  noted$.pipe(trials()).subscribe((row) => {
    const { suggested, ended = position } = rows.get(row.trial)!;
    rows.set(row.trial, { ...row, suggested, ended });
  });
  noted$.pipe(pareto()).subscribe((changed) => {
    front = Object.keys(changed.reference).length > 1 ? changed.rows : undefined;
  });
  await lastValueFrom(notedIn(path).pipe(tap(noted$)), { defaultValue: undefined });
  const members = new Set(front?.map(({ trial }) => trial));
  return [...rows.values()].map((row) => (front ? { ...row, front: members.has(row.trial) } : row));
}

/** The first fact of a journal; nothing where the file is not there, or no line of a journal has come to its end. @throws UsageError for another file. */
export async function begunIn(path: string): Promise<Created | undefined> {
  const start = await startOf(path);
  if (start === '') return undefined;
  for await (const [entry] of readJournal(path, quietly)) {
    const fact = parseFact(entry?.fact);
    if (!isRefusal(fact) && fact.type === 'created') return fact;
    throw new UsageError(`${path}: expected a journal, but there is no study in it`);
  }
  if (start.startsWith('{"at":') || '{"at":'.startsWith(start)) return undefined;
  throw new UsageError(`${path}: expected a journal, but there is no study in it`);
}

async function startOf(path: string): Promise<string> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new UsageError(`${path}: cannot be read (${cause.message})`);
  });
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead).toString();
  } catch (cause) {
    throw new UsageError(`${path}: cannot be read (${(cause as Error).message})`);
  } finally {
    await file.close();
  }
}

/** The first fact of a journal. @throws UsageError where there is no study. */
export async function createdIn(path: string): Promise<Created> {
  const created = await begunIn(path);
  if (created === undefined) throw new UsageError(`${path}: there is no study yet`);
  return created;
}

/** Opens a study that nobody runs. @throws UsageError where somebody does */
export async function openStudy(path: string): Promise<{ readonly log: Log; readonly ledger: Ledger<Params> }> {
  const created = await createdIn(path); // a file that is no journal is not touched
  const log = await journal(path, { warn: talk }).catch((error) => {
    throw error instanceof JournalLockedError ? isRunning(path, error) : error;
  });
  return { log, ledger: await ledgerOf(path, created) };
}

const isRunning = (path: string, { pid }: JournalLockedError) =>
  new UsageError(`${path}: the study is running (process ${pid}); end that run, say it again, and run it on`);

async function ledgerOf(path: string, created: Created): Promise<Ledger<Params>> {
  const ledger = new Ledger<Params>(spaceOf(created) as Space<Params>);
  for await (const entries of readJournal(path, quietly)) for (const entry of entries) ledger.fold(entry);
  return ledger;
}

/** A study that one can say something to. */
export interface Hearing {
  /** As far as the journal goes now. */
  readonly ledger: Ledger<Params>;
  readonly running: boolean;
  /** Resolves with the position of the fact. @throws UsageError where the study does not take it in */
  say(fact: Command): Promise<number>;
  close(): Promise<void>;
}

/** A study to say something to: through whoever runs it, or else into its journal. */
export async function hearingOf(path: string): Promise<Hearing> {
  const created = await createdIn(path); // a file that is no journal is not touched
  const opened = await journal(path, { warn: talk }).catch((error) => {
    if (error instanceof JournalLockedError) return error;
    throw error;
  });
  const ledger = await ledgerOf(path, created);
  if (opened instanceof JournalLockedError) {
    const say = async (fact: Command) => {
      const answer = await sayTo(path, fact);
      if (answer === undefined) throw isRunning(path, opened);
      if ('error' in answer) throw new UsageError(`${path}: ${answer.error}`);
      return answer.position;
    };
    return { ledger, running: true, say, close: async () => {} };
  }
  const say = async (fact: Command) => {
    await opened.append(fact);
    return ledger.position;
  };
  return { ledger, running: false, say, close: () => opened.close() };
}
