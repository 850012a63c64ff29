import type { Ended } from '../messages.ts';

/** How a trial that is over compares with others. */
export interface Standing {
  readonly slot: number;
  /** 0 completed, 1 stopped, 2 infeasible: what is of a lower tier comes first, whatever its losses. */
  readonly tier: 0 | 1 | 2;
  /** Within a tier, what was trained for longer comes first. */
  readonly fidelity: number;
  /** To be minimised; of infeasible trials the sum of what they violate. */
  readonly losses: readonly number[];
}

/** Undefined for a trial that teaches nothing. */
export function standingOf(slot: number, { outcome, reason, losses, constraints, budget, step }: Ended): Standing | undefined {
  const violation = constraints?.reduce((sum, c) => sum + Math.max(0, c), 0) ?? 0;
  if (outcome === 'failed') {
    return reason === 'infeasible' ? { slot, tier: 2, fidelity: 0, losses: [Number.POSITIVE_INFINITY] } : undefined;
  }
  if (violation > 0) return { slot, tier: 2, fidelity: 0, losses: [violation] };
  if (outcome === 'completed') return { slot, tier: 0, fidelity: budget ?? Number.POSITIVE_INFINITY, losses: losses! };
  return { slot, tier: 1, fidelity: step ?? 0, losses: losses ?? [Number.POSITIVE_INFINITY] };
}

/** Whether two standings differ in losses alone. */
export const peers = (a: Standing, b: Standing): boolean => a.tier === b.tier && a.fidelity === b.fidelity;

/** Better first, by the first loss; older first among equals. */
export const byStanding = (a: Standing, b: Standing): number =>
  a.tier - b.tier ||
  (a.fidelity === b.fidelity ? 0 : b.fidelity - a.fidelity) ||
  (a.losses[0] === b.losses[0] ? 0 : a.losses[0]! - b.losses[0]!) ||
  a.slot - b.slot;
