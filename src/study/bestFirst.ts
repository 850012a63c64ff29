import type { ObjectiveSpec } from '../facts/facts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { lossOf } from '../ledger/settings.ts';
import { violates } from '../strategy/messages.ts';
import { type CompletedRow, isCompleted, type TrialRow, type TrialRows } from './trials.ts';

/**
 * The completed trials that violate no constraint, the best first: by higher budget (without one: the highest), then by lower loss. In a study of examples, the
 * leader comes first: it was better than others on the same examples, of which it may have fewer.
 */
export function bestFirst<R extends Pick<TrialRow, 'status' | 'values' | 'budget' | 'constraints' | 'led' | 'ended'>>(
  rows: Iterable<R>,
  objective: ObjectiveSpec,
): R[] {
  const candidates = [...rows].filter((row) => row.status === 'completed' && !violates(row));
  const highest = highestBudget(candidates);
  // Computed once each: a comparison of two would compute them thousands of times.
  const keyed = candidates.map((row) => ({
    row,
    loss: lossOf(objective, row.values![objective.name]!),
    budget: row.budget ?? highest,
  }));
  const sorted = keyed.sort((a, b) => (a.budget === b.budget ? a.loss - b.loss : b.budget - a.budget)).map(({ row }) => row);
  const leader = leaderIn(candidates);
  return leader === undefined || leader === sorted[0] ? sorted : [leader, ...sorted.filter((row) => row !== leader)];
}

/** The trial that led last. */
const leaderIn = <R extends Pick<TrialRow, 'led' | 'ended'>>(rows: readonly R[]): R | undefined =>
  rows.reduce<R | undefined>((last, row) => (row.led && row.ended! > (last?.ended ?? 0) ? row : last), undefined);

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
