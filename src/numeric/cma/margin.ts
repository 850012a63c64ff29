import { ndtr, ndtri } from '../distributions/normal.ts';

/** A normal distribution on an axis with finitely many values. */
export interface AxisMarginal {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Moves and widens the distribution so that it does not collapse to one value: a mass of at least `margin / 2` stays beyond each of the two nearest
 * edges, or `margin` beyond the single edge of an outermost value. Hamano, Saito, Nomura & Shirakawa, "CMA-ES with margin" (GECCO 2022).
 *
 * @param edges between neighbouring values, ascending
 */
export function withNormalMargin({ mean, deviation }: AxisMarginal, edges: ArrayLike<number>, margin: number): AxisMarginal {
  const above = firstAbove(edges, mean);
  const [low, high] = [edges[above - 1], edges[above]];
  if (low === undefined && high === undefined) return { mean, deviation };
  if (low === undefined || high === undefined) {
    const edge = (low ?? high)!;
    const farthest = -deviation * ndtri(margin);
    return Math.abs(mean - edge) <= farthest ? { mean, deviation } : { mean: edge + Math.sign(mean - edge) * farthest, deviation };
  }
  const below = ndtr((low - mean) / deviation);
  const beyond = ndtr((mean - high) / deviation);
  const least = margin / 2;
  if (below >= least && beyond >= least) return { mean, deviation };
  const [raisedBelow, raisedBeyond, within] = [Math.max(least, below), Math.max(least, beyond), 1 - below - beyond];
  // The added mass is taken from all three parts, in proportion to their excess over the minimum.
  const share = (1 - raisedBelow - raisedBeyond - within) / (raisedBelow + raisedBeyond + within - 3 * least);
  const toLow = -ndtri(raisedBelow + share * (raisedBelow - least));
  const toHigh = -ndtri(raisedBeyond + share * (raisedBeyond - least));
  return { mean: (low * toHigh + high * toLow) / (toLow + toHigh), deviation: (high - low) / (toLow + toHigh) };
}

/** The number of edges that are not above x. */
function firstAbove(edges: ArrayLike<number>, x: number): number {
  let k = 0;
  while (k < edges.length && edges[k]! <= x) k++;
  return k;
}
