import type { Effect } from '../../src/ledger/effect.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import type { TrialId } from '../../src/messages.ts';
import type { Strategy, StrategySpec } from '../strategy.ts';

/** What is known of the log before its fold begins: what later entries say about earlier ones. */
export interface Amendments {
  readonly retracted: ReadonlySet<TrialId>;
  /** The strategy in force, and the room it was given, if it was switched. */
  readonly switched?: { readonly strategy: Strategy; readonly epoch: number; readonly parallel: number; readonly trials?: number };
}

export const noAmendments: Amendments = { retracted: new Set() };

/** Whether strategies must be told the past anew after an entry. */
export const amends = (effect: Effect): effect is Effect & { type: 'retracted' | 'switched' } =>
  effect.type === 'retracted' || effect.type === 'switched';

/**
 * What is known after an entry that amends the past.
 *
 * @param settings in force after it.
 * @param resolve makes a strategy of data.
 */
export function amend(
  known: Amendments,
  effect: Effect & { type: 'retracted' | 'switched' },
  { strategy, epoch, parallel, limits }: Settings,
  resolve: (spec: StrategySpec) => Strategy,
): Amendments {
  if (effect.type === 'retracted') return { ...known, retracted: new Set([...known.retracted, effect.trial]) };
  const room = limits.trials === undefined ? { parallel } : { parallel, trials: limits.trials };
  return { ...known, switched: { strategy: resolve(strategy as StrategySpec), epoch, ...room } };
}
