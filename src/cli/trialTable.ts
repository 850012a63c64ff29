import { from, lastValueFrom, mergeMap, type Observable, Subject, tap } from 'rxjs';
import { applyEntries, spaceOf } from '../../streams/engine/applyEntries.ts';
import { openRow, type TrialRow, trials } from '../../streams/observe.ts';
import { type Front, type ParetoOptions, pareto } from '../../streams/pareto.ts';
import type { Source } from '../dashboard/source.ts';
import type { Entry } from '../entry.ts';
import type { Created, Params } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Status } from '../ledger/trial.ts';
import type { TrialId } from '../messages.ts';
import type { Space } from '../space/space.ts';
import type { PassedOver } from './passedOver.ts';

/** A trial of a study: that has ended, or is open. */
export interface Listed extends Omit<TrialRow<Params>, 'status'> {
  readonly status: Status | 'open';
  /** Positions of the entries that began and ended it. */
  readonly suggested: number;
  readonly ended?: number;
  /** Whether no other trial dominates it; in studies of several objectives. */
  readonly front?: boolean;
}

/** A study to read, and the collector of entries that do not count in it. */
type Read = Source & { readonly passedOver?: PassedOver };

const notedIn = (study: Read): Observable<AppliedEntry<Params>> =>
  from(study.past(1)).pipe(
    mergeMap((entries: readonly Entry[]) => entries),
    applyEntries(),
    tap((noted) => study.passedOver?.note(noted)),
  );

/** Reads a study for what does not count in it. */
export const readThrough = (study: Read): Promise<unknown> => lastValueFrom(notedIn(study), { defaultValue: undefined });

/** The front of a study as it stands now. */
export const frontIn = (study: Read, options: ParetoOptions = {}): Promise<Front<Params> | undefined> =>
  lastValueFrom(notedIn(study).pipe(pareto(options)), { defaultValue: undefined });

/** The trials of a study, each as it stands now. */
export async function trialsIn(study: Read): Promise<Listed[]> {
  const rows = new Map<TrialId, Listed>();
  let front: readonly TrialRow<Params>[] | undefined;
  const noted$ = new Subject<AppliedEntry<Params>>();
  let position = 0;
  noted$.subscribe((noted) => {
    position = noted.position;
    if (noted.effect === 'suggested') rows.set(noted.fact.trial, { ...openRow(noted.fact), suggested: position });
  });
  noted$.pipe(trials()).subscribe((row) => {
    const { suggested, ended = position } = rows.get(row.trial)!;
    rows.set(row.trial, { ...row, suggested, ended });
  });
  noted$.pipe(pareto()).subscribe((changed) => {
    front = Object.keys(changed.reference).length > 1 ? changed.rows : undefined;
  });
  await lastValueFrom(notedIn(study).pipe(tap(noted$)), { defaultValue: undefined });
  const members = new Set(front?.map(({ trial }) => trial));
  return [...rows.values()].map((row) => (front ? { ...row, front: members.has(row.trial) } : row));
}

/** What is known of a study now. */
export async function ledgerIn(study: Pick<Source, 'past'>, created: Created): Promise<Ledger<Params>> {
  const ledger = new Ledger<Params>(spaceOf(created) as Space<Params>);
  for await (const entries of study.past(1)) for (const entry of entries) ledger.fold(entry);
  return ledger;
}
