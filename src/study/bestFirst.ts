import type { ObjectiveSpec } from '../facts/facts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { lossOf } from '../ledger/settings.ts';
import { type TrialId, violates } from '../strategy/messages.ts';
import { type CompletedRow, isCompleted, type TrialRow, type TrialRows } from './trials.ts';

/**
 * The completed trials that violate no constraint, the best first: by higher budget (without one: the highest), then by lower loss. In a study of examples, the
 * leader comes first: it was better than others on the same examples, of which it may have fewer.
 */
export function bestFirst<R extends Judged & Pick<TrialRow, 'status' | 'values' | 'budget' | 'leader' | 'ended'>>(
  rows: Iterable<R>,
  objective: ObjectiveSpec,
): R[] {
  const all = [...rows];
  const isFeasible = feasibleAmong(all);
  const candidates = all.filter((row) => row.status === 'completed' && isFeasible(row));
  const highest = highestBudget(candidates);
  // Computed once each: a comparison of two would compute them thousands of times.
  const keyed = candidates.map((row) => ({
    row,
    loss: lossOf(objective, row.values![objective.name]!),
    budget: row.budget ?? highest,
  }));
  const sorted = keyed.sort((a, b) => (a.budget === b.budget ? a.loss - b.loss : b.budget - a.budget)).map(({ row }) => row);
  const leader = leaderIn(all, candidates);
  return leader === undefined || leader === sorted[0] ? sorted : [leader, ...sorted.filter((row) => row !== leader)];
}

type Judged = Pick<TrialRow, 'trial' | 'resumes' | 'examples' | 'constraints'>;

/** The trials that a trial continues on more examples, the latest first. */
export function* continuedBy(
  { resumes, examples }: Pick<TrialRow, 'resumes' | 'examples'>,
  rowOf: (trial: TrialId) => Pick<TrialRow, 'resumes'> | undefined,
): Generator<TrialId> {
  for (let id = examples === undefined ? undefined : resumes; id !== undefined; id = rowOf(id)?.resumes) yield id;
}

/** Whether a trial violates no constraint, and in a study of examples, none that continues it does: then its mean on fewer examples was too good. */
export function feasibleAmong(rows: readonly Judged[]): (row: Judged) => boolean {
  const violating = rows.filter(violates);
  if (violating.length === 0) return () => true;
  const byTrial = new Map(rows.map((row) => [row.trial, row]));
  const found = new Set<TrialId>();
  for (const row of violating) for (const trial of [row.trial, ...continuedBy(row, (id) => byTrial.get(id))]) found.add(trial);
  return ({ trial }) => !found.has(trial);
}

/** The trial that leads, by the last one that changed it to one of the candidates. */
function leaderIn<R extends Pick<TrialRow, 'trial' | 'leader' | 'ended'>>(rows: readonly R[], candidates: readonly R[]): R | undefined {
  const changes = rows.filter(({ leader }) => leader !== undefined).sort((a, b) => b.ended! - a.ended!);
  if (changes.length === 0) return undefined;
  const byTrial = new Map(candidates.map((row) => [row.trial, row]));
  const last = changes.find(({ leader }) => byTrial.has(leader!));
  return last && byTrial.get(last.leader!);
}

/** The highest budget of some trials; infinity if none has one. */
export const highestBudget = (rows: Iterable<Pick<TrialRow, 'budget'>>): number => {
  let highest = 0;
  for (const { budget = 0 } of rows) highest = Math.max(highest, budget);
  return highest || Number.POSITIVE_INFINITY;
};

/** The row of the best trial. The ledger may have ranked a result that is retracted later; then the best of the others counts. */
export function bestRowOf<P>(
  { best, settings }: Pick<Ledger<P>, 'best' | 'settings'>,
  rows: Pick<TrialRows<P>, 'get'> & Iterable<TrialRow<P>>,
): CompletedRow<P> | undefined {
  if (best === undefined) return undefined;
  const row = rows.get(best.trial);
  if (isCompleted(row)) return row;
  const [first] = bestFirst(rows, settings.objectives[0]!);
  return first as CompletedRow<P> | undefined;
}
