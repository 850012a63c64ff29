import type { Axis, Prior } from '../../space/axis.ts';
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
  readonly cells?: Cells;
  readonly prior?: Prior;
}

/** Ordered values finer than this are treated as a continuum: kernels are never narrower than a hundredth of the range. */
const FINE = 128;

/** The place between two neighbouring values where rounding changes its mind. */
function boundary(of: (coordinate: number) => number, k: number, below: number, above: number): number {
  while (true) {
    const middle = 0.5 * (below + above);
    if (middle <= below || middle >= above) return above;
    if (of(middle) <= k) below = middle;
    else above = middle;
  }
}

function cellsOf({ levels, prior }: Axis): Cells {
  const count = levels!.count;
  const centres = Float64Array.from({ length: count }, (_, k) => levels!.at(k));
  const edges = new Float64Array(count + 1);
  edges[count] = 1;
  for (let k = 1; k < count; k++) edges[k] = boundary(levels!.of, k - 1, centres[k - 1]!, centres[k]!);
  const mass = centres.map((centre, k) => (edges[k + 1]! - edges[k]!) * Math.exp(prior ? prior.logDensity(centre) : 0));
  const total = mass.reduce((sum, m) => sum + m, 0);
  const cumulative = new Float64Array(count);
  for (let k = 0, sum = 0; k < count; k++) cumulative[k] = sum += mass[k]! / total;
  return { centres, edges, logPrior: mass.map((m) => Math.log(m / total)), cumulative };
}

export function supportOf(axis: Axis): Support {
  const cells = axis.levels && (!axis.ordered || axis.levels.count <= FINE) ? { cells: cellsOf(axis) } : undefined;
  return { ordered: axis.ordered, ...cells, ...(axis.prior && { prior: axis.prior }) };
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
