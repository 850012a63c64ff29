import type { Distribution } from '../distribution.ts';
import type { Rng } from '../random.ts';

/** The cells of a coordinate in [0, 1] that stand for one value each: `edges[k]` to `edges[k + 1]` round `centres[k]`. */
export interface Cells {
  readonly centres: Float64Array;
  readonly edges: Float64Array;
  /** The law before any data: log mass of each cell, and their cumulative sums. */
  readonly logPrior: Float64Array;
  readonly cumulative: Float64Array;
}

/**
 * What a density on one axis ranges over. Its variable is the coordinate itself, or the number of the cell where there are `cells`.
 * Unordered supports always have cells.
 */
export interface Support {
  readonly ordered: boolean;
  readonly cells?: Cells | undefined;
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

/** The number of the cell that holds a coordinate. */
export const cellAt = (cells: Cells, coordinate: number): number => firstAbove(cells.edges.subarray(1), coordinate);

/** A cell drawn from the prior law. */
export const drawCell = (cells: Cells, rng: Rng): number => firstAbove(cells.cumulative, rng());
