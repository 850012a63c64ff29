import { type Ended, hasResult } from '../strategy/messages.ts';

/**
 * How many results in a row did not improve on all earlier ones. Each budget is judged on its own: a short training that beats the other short
 * ones is an improvement, even if a long one did better. A trial that was stopped, or that violates an outcome constraint, is a result without
 * improvement; a failed trial is not a result.
 */
export interface Plateau {
  readonly length: number;
  /** The lowest loss at each budget. */
  readonly lowest: ReadonlyMap<number, number>;
}

export const noPlateau: Plateau = { length: 0, lowest: new Map() };

/**
 * The plateau after the end of a trial.
 *
 * @param improvement by how much a loss must be below the lowest one to be better. Default 0.
 * @param counts false for a trial that others are compared with, but that neither extends nor ends the plateau. Default true.
 */
export function afterResult(plateau: Plateau, ended: Ended, improvement = 0, counts = true): Plateau {
  const { outcome, losses, budget = Number.POSITIVE_INFINITY } = ended;
  if (outcome === 'failed') return plateau;
  const before = plateau.lowest.get(budget) ?? Number.POSITIVE_INFINITY;
  const [loss = Number.NaN] = losses ?? [];
  const better = hasResult(ended) && loss < before - improvement;
  return {
    length: counts ? (better ? 0 : plateau.length + 1) : plateau.length,
    lowest: better ? new Map(plateau.lowest).set(budget, loss) : plateau.lowest,
  };
}
