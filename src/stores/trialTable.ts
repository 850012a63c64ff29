import { from, lastValueFrom, mergeMap, type Observable, tap, toArray } from 'rxjs';
import { applyEntries, spaceOf } from '../../streams/engine/applyEntries.ts';
import { type Front, pareto } from '../../streams/results/pareto.ts';
import type { Entry } from '../facts/entry.ts';
import type { Created, Params } from '../facts/facts.ts';
import type { RefusalCode } from '../facts/refusal.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { StudySource } from '../study/source.ts';
import { type TrialRow, TrialRows } from '../study/trials.ts';
import { UsageError } from '../text/usage.ts';

/** A trial and, in a study with several objectives, whether it is on the front. */
export interface ListedTrial extends TrialRow {
  readonly front?: boolean;
}

/** A study to read, and the collector of entries that do not count in it. */
type Read = StudySource & { readonly passedOver?: PassedOver };

const notedIn = (study: Read): Observable<AppliedEntry<Params>> =>
  from(study.past(1)).pipe(
    mergeMap((entries: readonly Entry[]) => entries),
    applyEntries(),
    tap((applied) => study.passedOver?.apply(applied)),
  );

/** Reads a study to collect the entries that do not count. */
export const readThrough = (study: Read): Promise<unknown> => lastValueFrom(notedIn(study), { defaultValue: undefined });

/** The effect of each entry of a study. */
export const appliedEntriesIn = (study: Read): Promise<readonly AppliedEntry<Params>[]> => lastValueFrom(notedIn(study).pipe(toArray()));

/** The rows of all trials of a study, and its current front. */
export async function resultsIn(study: Read): Promise<{ readonly rows: TrialRows; readonly front: Front<Params> | undefined }> {
  const rows = new TrialRows();
  const front$ = notedIn(study).pipe(
    tap((applied) => rows.apply(applied)),
    pareto(),
  );
  return { rows, front: await lastValueFrom(front$, { defaultValue: undefined }) };
}

/** The rows of all trials of a study. */
export async function trialsIn(study: Read): Promise<ListedTrial[]> {
  const { rows, front } = await resultsIn(study);
  if (front === undefined || Object.keys(front.reference).length < 2) return [...rows];
  const members = new Set(front.rows.map(({ trial }) => trial));
  return [...rows].map((row) => ({ ...row, front: members.has(row.trial) }));
}

/** The row of a trial. @throws UsageError if there is no trial with this number */
export async function rowOf(study: Read, trial: TrialId): Promise<TrialRow> {
  const rows = await trialsIn(study);
  const row = rows.find((one) => one.trial === trial);
  if (row === undefined)
    throw new UsageError(`${study.place}: there is no trial ${trial}; the last one is ${rows.at(-1)?.trial ?? 'none'}`);
  return row;
}

/** The current ledger of a study. @param see is told the effect of each entry */
export async function ledgerIn(
  study: Pick<StudySource, 'past'>,
  created: Created,
  see: (applied: AppliedEntry<Params>) => void = () => {},
): Promise<Ledger<Params>> {
  const ledger = new Ledger(spaceOf(created));
  for await (const entries of study.past(1)) for (const entry of entries) see(ledger.fold(entry));
  return ledger;
}

/** Counts the entries of a log that do not count. */
export interface PassedOver {
  apply(applied: AppliedEntry): void;
  /** Their number, the reasons, and the first one, in one line; undefined if all count. */
  line(): string | undefined;
}

export function passedOver(): PassedOver {
  let counts = new Map<RefusalCode, number>();
  let first = '';
  return {
    apply: ({ position, refusal }) => {
      if (position === 1) counts = new Map(); // a log may be read more than once
      if (!refusal) return;
      if (counts.size === 0) first = `the first is entry ${position}: ${refusal.message}`;
      counts.set(refusal.code, (counts.get(refusal.code) ?? 0) + 1);
    },
    line: () => {
      if (counts.size === 0) return undefined;
      const codes = [...counts].sort(([, a], [, b]) => b - a).map(([code, count]) => `${count} ${code}`);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return `${total} ${total === 1 ? 'entry does' : 'entries do'} not count (${codes.join(', ')}); ${first}`;
    },
  };
}
