import { logNormalMass } from '../distributions/special.ts';
import { drawNormal, type Rng } from '../random.ts';
import { type CellPrior, drawCell, type SupportCells } from './support.ts';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/** The log of the factor that normalises exp(-(x - mean)^2 / 2 sigma^2) on [0, 1]. */
export const logTruncation = (mean: number, sigma: number): number =>
  -Math.log(sigma) - LOG_SQRT_2PI - logNormalMass(-mean / sigma, (1 - mean) / sigma);

/** Draws from a normal truncated to [0, 1]. The mean lies inside, so with sigma up to 1 at least a third of the draws are accepted. */
export function drawTruncatedNormal(mean: number, sigma: number, rng: Rng): number {
  while (true) {
    const x = mean + sigma * drawNormal(rng);
    if (x >= 0 && x <= 1) return x;
  }
}

/** The log mass of each cell under a normal truncated to [0, 1]. */
export function logCellMasses({ edges, centres }: SupportCells, mean: number, sigma: number): Float64Array {
  const inside = logNormalMass(-mean / sigma, (1 - mean) / sigma);
  return centres.map((_, k) => logNormalMass((edges[k]! - mean) / sigma, (edges[k + 1]! - mean) / sigma) - inside);
}

/** The kernel of Aitchison & Aitken (1976) on categories: mass on the observed category, smoothed by the prior around it. */
export interface CategoricalKernel {
  logMass(observed: number, category: number): number;
  draw(observed: number, rng: Rng): number;
}

/** @param smoothing weight of the prior per category, where the observed one has a weight of 1 */
export function categoricalKernel(cells: SupportCells, smoothing: number): CategoricalKernel {
  const extra = smoothing * cells.centres.length;
  const around = (observed: number): CellPrior => cells.around?.(observed) ?? cells;
  return {
    logMass: (observed, category) =>
      Math.log((extra * Math.exp(around(observed).logPrior[category]!) + (observed === category ? 1 : 0)) / (1 + extra)),
    draw: (observed, rng) => (rng() < extra / (1 + extra) ? drawCell(around(observed), rng) : observed),
  };
}
