import type { Distribution } from '../distributions/distribution.ts';
import type { Rng } from '../random.ts';

/** A prior on cells: the log mass of each, and the cumulative sums of the masses. */
export interface CellPrior {
  readonly logPrior: Float64Array;
  readonly cumulative: Float64Array;
}

/** The cells of a discrete axis on [0, 1], one per value: `edges[k]` to `edges[k + 1]` around `centres[k]`. */
export interface SupportCells extends CellPrior {
  readonly centres: Float64Array;
  readonly edges: Float64Array;
  /** The prior after a good value in a cell, if cells are alike to different degrees. */
  readonly around?: (cell: number) => CellPrior;
}

/**
 * The support of a density on one axis. With `cells` the variable is the number of a cell, otherwise a coordinate. Unordered supports always have
 * cells.
 */
export interface Support {
  readonly ordered: boolean;
  readonly cells?: SupportCells | undefined;
  readonly prior?: Distribution | undefined;
}

/** The first index whose entry is above x, at most the last one. */
function firstAbove(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The number of the cell that contains a coordinate. */
export const cellAt = (cells: SupportCells, coordinate: number): number => firstAbove(cells.edges.subarray(1), coordinate);

/** Draws a cell from the prior. */
export const drawCell = (cells: CellPrior, rng: Rng): number => firstAbove(cells.cumulative, rng());
