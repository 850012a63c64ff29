import { domination, type Losses } from '../../numeric/pareto/domination.ts';

/** How well a rung predicts the next one. */
export interface Agreement {
  /** Kendall's tau of the two orders, shrunk towards a prior mean. Between -1 and 1. */
  readonly tau: number;
  /** The number of configurations that it was computed from. */
  readonly pairs: number;
  /** Whether good results at this rung were bad at the next one. */
  readonly misleads?: boolean | undefined;
  /** Whether no results differ at this rung. `pairs` is then their number. */
  readonly isTied?: boolean | undefined;
}

/** The first rung at which configurations are compared, and why. */
export interface FirstRung extends Agreement {
  /** Its index among the rungs. */
  readonly index: number;
}

/** The prior mean of tau, with the weight of this many configurations. */
const PRIOR = { tau: 0.65, weight: 3 };
/** At a rung with a lower tau, results say too little about later ones to stop a trial. */
const LEAST_TAU = 0.55;
/** A rung is misleading if at least this many pairs have a tau below this one, even if they were selected there. */
const CONTRADICTION = { pairs: 8, tau: -0.25 };
/** The losses of a configuration at a rung and at the next one. */
export type Pair = readonly [losses: Losses, next: Losses];

/**
 * How well the losses at one rung predict the order at the next one.
 *
 * @param pairs of configurations that reached the next rung without being selected at this one
 * @param selected pairs of configurations that were selected at this rung. As all of them are good there, only a reversed order is informative.
 */
export function agreement(pairs: readonly Pair[], selected: readonly Pair[] = []): Agreement {
  const shown = kendall(pairs);
  const weight = shown === undefined ? 0 : pairs.length;
  const tau = (weight * (shown ?? 0) + PRIOR.weight * PRIOR.tau) / (weight + PRIOR.weight);
  const evidence = pairs.length >= CONTRADICTION.pairs ? pairs : selected;
  const misleads = evidence.length >= CONTRADICTION.pairs && (kendall(evidence) ?? 0) < CONTRADICTION.tau;
  return { tau, pairs: pairs.length, misleads: misleads || undefined };
}

/**
 * The first rung that predicts the next one, with no misleading rung above it. The last rung always qualifies, since training ends there.
 *
 * @param agreements of each rung except the last with the next one
 */
export function firstRung(agreements: readonly Agreement[]): FirstRung {
  const above = agreements.findLastIndex(({ misleads }) => misleads) + 1;
  const index = agreements.findIndex(({ tau }, k) => k >= above && tau >= LEAST_TAU);
  return index < 0 ? { index: agreements.length, tau: 1, pairs: 0 } : { index, ...agreements[index]! };
}

/**
 * Kendall's tau (1938): the share of concordant pairs minus the share of discordant ones. Ties count as neither. Losses of which none dominates the other
 * have no order: the sum is divided by the geometric mean of how many have one on either side, as in tau-b.
 *
 * @returns undefined if no two have an order
 */
export function kendall(pairs: readonly Pair[]): number | undefined {
  let [sum, left, right] = [0, 0, 0];
  for (let i = 1; i < pairs.length; i++) {
    const [x, y] = pairs[i]!;
    // By index: iterating over slices takes more than three times as long.
    for (let j = 0; j < i; j++) {
      const [a, b] = [domination(x, pairs[j]![0]), domination(y, pairs[j]![1])];
      left += Number(a !== undefined);
      right += Number(b !== undefined);
      sum += (a ?? 0) * (b ?? 0);
    }
  }
  return left * right > 0 ? sum / Math.sqrt(left * right) : undefined;
}
