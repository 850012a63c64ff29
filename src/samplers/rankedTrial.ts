import { crashed, type Ended, isWhole, violation } from '../strategy/messages.ts';

/** An ended trial, as strategies compare it with others. */
export interface RankedTrial {
  /** Identifies the trial, or its configuration. Among equals, the lower index is better. */
  readonly index: number;
  /** 0 completed, 1 stopped, 2 infeasible or failed. A lower tier is better, for any losses. */
  readonly tier: 0 | 1 | 2;
  /** Within a tier, a higher budget is better. For a stopped trial this is its last step. */
  readonly budget: number;
  /** All minimised. For an infeasible trial: its total constraint violation; infinite if it failed. */
  readonly losses: readonly number[];
}

/** @returns undefined if the trial says nothing about its configuration, for example because it was lost */
export function rankTrial(index: number, ended: Ended): RankedTrial | undefined {
  const { outcome, losses, budget, step } = ended;
  const excess = violation(ended);
  if (outcome === 'failed') return crashed(ended) ? { index, tier: 2, budget: 0, losses: [Number.POSITIVE_INFINITY] } : undefined;
  if (excess > 0) return { index, tier: 2, budget: 0, losses: [excess] };
  if (isWhole(ended)) return { index, tier: 0, budget: budget ?? Number.POSITIVE_INFINITY, losses: losses! };
  return { index, tier: 1, budget: step ?? 0, losses: losses ?? [Number.POSITIVE_INFINITY] };
}

/** Whether two trials differ only in their losses. */
export const sameTier = (a: RankedTrial, b: RankedTrial): boolean => a.tier === b.tier && a.budget === b.budget;

/** Sorts better trials first. Losses are compared by the first objective. */
export const compareRanked = (a: RankedTrial, b: RankedTrial): number =>
  a.tier - b.tier ||
  (a.budget === b.budget ? 0 : b.budget - a.budget) ||
  (a.losses[0] === b.losses[0] ? 0 : a.losses[0]! - b.losses[0]!) ||
  a.index - b.index;
