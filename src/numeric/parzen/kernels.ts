import { normal, type Rng } from '../random.ts';
import { logNormalMass } from '../special.ts';
import type { Cells } from './support.ts';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/** The log of what makes a normal on [0, 1] integrate to one. */
export const logTruncation = (mean: number, sigma: number): number =>
  -Math.log(sigma) - LOG_SQRT_2PI - logNormalMass(-mean / sigma, (1 - mean) / sigma);

/** A draw from a normal truncated to [0, 1]. The mean lies inside, so with sigma up to 1 at least a third of the tries are accepted. */
export function truncatedNormal(mean: number, sigma: number, rng: Rng): number {
  while (true) {
    const x = mean + sigma * normal(rng);
    if (x >= 0 && x <= 1) return x;
  }
}

/** log mass of each cell under a normal truncated to [0, 1]. */
export function logCellMasses({ edges, centres }: Cells, mean: number, sigma: number): Float64Array {
  const inside = logNormalMass(-mean / sigma, (1 - mean) / sigma);
  return centres.map((_, k) => logNormalMass((edges[k]! - mean) / sigma, (edges[k + 1]! - mean) / sigma) - inside);
}

/** The kernel of Aitchison & Aitken (1976) on categories: mass on the observed one, smoothed by the prior law. */
export interface CategoryKernel {
  /** log mass of each category where it is the observed one, and where it is not. */
  readonly hit: Float64Array;
  readonly miss: Float64Array;
  /** How likely a draw comes from the prior law. */
  readonly astray: number;
}

/** @param smoothing weight of the prior law per category, against 1 for the observed one */
export function categoryKernel({ logPrior }: Cells, smoothing: number): CategoryKernel {
  const extra = smoothing * logPrior.length;
  const prior = logPrior.map((l) => extra * Math.exp(l));
  return {
    hit: prior.map((p) => Math.log((p + 1) / (1 + extra))),
    miss: prior.map((p) => Math.log(p / (1 + extra))),
    astray: extra / (1 + extra),
  };
}
