/** How well a rung predicts the next one. */
export interface Agreement {
  /** Kendall's tau of the two orders, shrunk towards what is expected of a rung. Between -1 and 1. */
  readonly tau: number;
  /** How many configurations it was computed from. */
  readonly pairs: number;
  /** Whether what was good at this rung turned out bad at the next one. */
  readonly misleads?: boolean;
}

/** The first rung at which configurations are compared, and why. */
export interface FirstRung extends Agreement {
  /** Its index among the rungs. */
  readonly index: number;
}

/** Before any result, a rung is taken to agree with the next one by this much, with the weight of so many configurations. */
const PRIOR = { tau: 0.65, weight: 3 };
/** A rung that agrees less with the next one says too little to stop anything by it. */
const ENOUGH = 0.55;
/** So many pairs with a tau below this contradict a rung, also if they were selected there: what was good there ended badly. */
const CONTRADICTION = { pairs: 8, tau: -0.25 };
/** Two losses of one configuration: at a rung, and at the next one. */
export type Pair = readonly [loss: number, next: number];

/**
 * How well the losses at one rung predict the order at the next one.
 *
 * @param pairs of configurations that reached the next rung whatever they came to at this one.
 * @param selected pairs of those that were selected at this rung. They are all good there, and how they differ says little, unless the order is reversed.
 */
export function agreement(pairs: readonly Pair[], selected: readonly Pair[] = []): Agreement {
  const weight = pairs.length < 2 ? 0 : pairs.length; // one pair has no order
  const tau = (weight * kendall(pairs) + PRIOR.weight * PRIOR.tau) / (weight + PRIOR.weight);
  const evidence = pairs.length >= CONTRADICTION.pairs ? pairs : selected;
  const misleads = evidence.length >= CONTRADICTION.pairs && kendall(evidence) < CONTRADICTION.tau;
  return { tau, pairs: pairs.length, ...(misleads && { misleads }) };
}

/**
 * The first rung that predicts the next one, and above which no rung misleads. The last rung needs no proof: there, training is over.
 *
 * @param agreements of each rung but the last with the next one
 */
export function firstRung(agreements: readonly Agreement[]): FirstRung {
  const above = agreements.findLastIndex(({ misleads }) => misleads) + 1;
  const index = agreements.findIndex(({ tau }, k) => k >= above && tau >= ENOUGH);
  return index < 0 ? { index: agreements.length, tau: 1, pairs: 0 } : { index, ...agreements[index]! };
}

/** Kendall's tau (1938) of pairs of numbers: the share of pairs of pairs in the same order, less the share in reverse order. Ties count as neither. */
export function kendall(pairs: readonly Pair[]): number {
  let sum = 0;
  for (const [i, [x, y]] of pairs.entries()) {
    for (const [a, b] of pairs.slice(0, i)) sum += Math.sign(x - a) * Math.sign(y - b);
  }
  return pairs.length < 2 ? 0 : sum / ((pairs.length * (pairs.length - 1)) / 2);
}
