import type { Limits } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { Strategy, StrategySpec } from '../kernel/strategy.ts';

/** What later entries of a log change about earlier ones. A new fold takes it into account from the beginning. */
export interface Amendments {
  readonly retracted: ReadonlySet<TrialId>;
  /** If the strategy was switched, the current strategy and the limits that came with it. */
  readonly switched?: { readonly strategy: Strategy; readonly epoch: number; readonly parallel: number; readonly limits: Limits };
}

export const noAmendments: Amendments = { retracted: new Set() };

type Amendment<P> = AppliedEntry<P> & { readonly effect: 'retracted' | 'switched' };

/** Whether strategies must read the log again because of an entry. */
export const amends = <P>(applied: AppliedEntry<P>): applied is Amendment<P> =>
  applied.effect === 'retracted' || applied.effect === 'switched';

/**
 * Adds an entry to the amendments.
 *
 * @param settings after the entry
 * @param resolve makes a strategy from data
 */
export function amend<P>(
  known: Amendments,
  amendment: Amendment<P>,
  { strategy, epoch, parallel, limits }: Settings,
  resolve: (spec: StrategySpec) => Strategy,
): Amendments {
  if (amendment.effect === 'retracted') return { ...known, retracted: new Set([...known.retracted, amendment.fact.trial]) };
  return { ...known, switched: { strategy: resolve(strategy as StrategySpec), epoch, parallel, limits } };
}
