import type { ObjectiveSpec } from '../facts/facts.ts';
import { lossOf } from '../ledger/settings.ts';
import { violates } from '../strategy/messages.ts';
import type { TrialRow } from './trials.ts';

/** The completed trials that violate no constraint, the best first: by higher budget (without one: the highest), then by lower loss. */
export function bestFirst<R extends Pick<TrialRow, 'status' | 'values' | 'budget' | 'constraints'>>(
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
  return keyed.sort((a, b) => (a.budget === b.budget ? a.loss - b.loss : b.budget - a.budget)).map(({ row }) => row);
}

/** The highest budget of some trials; infinity if none has one. */
export const highestBudget = (rows: Iterable<Pick<TrialRow, 'budget'>>): number => {
  let highest = 0;
  for (const { budget = 0 } of rows) highest = Math.max(highest, budget);
  return highest || Number.POSITIVE_INFINITY;
};
