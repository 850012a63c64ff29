import { ndtr } from '../../numeric/distributions/normal.ts';
import { index, type Rng } from '../../numeric/random.ts';
import { intervalsAround, type ShareInterval, sharesOfSum } from './shares.ts';

/** One parameter of some trials, on a grid. */
export interface GridColumn {
  /** The cell of each trial; undefined if the parameter is inactive. */
  readonly cells: readonly (number | undefined)[];
  readonly count: number;
  readonly ordered: boolean;
}

/** The share of trials that count as the best, and their minimal number. */
const BEST_SHARE = 0.1;
const MIN_BEST = 2;
/** Weight of the prior; each trial has weight 1. */
const PRIOR = 1;
/** Keeps quotients of densities finite. */
const FLOOR = 1e-12;

/**
 * PED-ANOVA (Watanabe, Bansal & Hutter, IJCAI 2023): how far the distribution of each parameter among good trials is from that among all trials, as
 * the Pearson divergence of two kernel densities on a grid. A parameter that not all trials have is judged by those that have it, weighted by their
 * shares among the good ones and among all (conditional PED-ANOVA: Baba, Ozaki & Watanabe 2026, arXiv 2601.20800, theorem 4.2).
 *
 * @returns shares that sum to 1, or to 0 if all trials are good.
 */
export function pedAnova(columns: readonly GridColumn[], losses: readonly number[]): readonly number[] {
  if (losses.length <= MIN_BEST) return columns.map(() => 0);
  const sorted = Float64Array.from(losses).sort();
  const cutoff = Math.max(sorted[MIN_BEST - 1]!, sorted[Math.max(1, Math.ceil(BEST_SHARE * sorted.length)) - 1]!);
  const good = losses.map((loss) => loss <= cutoff);
  const goods = good.filter(Boolean).length;
  const divergences = columns.map(({ cells, ...grid }) => {
    const all = countsOf(cells, grid.count);
    const top = countsOf(
      cells.map((cell, i) => (good[i] ? cell : undefined)),
      grid.count,
    );
    const [having, goodOnes] = [sumOf(all), sumOf(top)];
    if (having < MIN_BEST || goodOnes === 0) return 0;
    const weight = (goodOnes / goods) ** 2 / (having / losses.length);
    const [p, q] = [density(all, grid), density(top, grid)];
    return weight * p.reduce((sum, at, k) => sum + (at + FLOOR) * ((q[k]! + FLOOR) / (at + FLOOR) - 1) ** 2, 0);
  });
  return sharesOfSum(divergences);
}

/** How many bootstrap samples of the trials an interval is made of. */
const SAMPLES = 64;

/** An interval for each share of `pedAnova`, over bootstrap samples of the trials. Yields after each sample. */
export function* pedAnovaIntervals(
  columns: readonly GridColumn[],
  losses: readonly number[],
  rng: Rng,
): Generator<void, readonly ShareInterval[]> {
  const samples: (readonly number[])[] = [];
  for (let k = 0; k < SAMPLES; k++) {
    const drawn = losses.map(() => index(rng, losses.length));
    const resampled = columns.map(({ cells, ...grid }) => ({ ...grid, cells: drawn.map((i) => cells[i]) }));
    samples.push(
      pedAnova(
        resampled,
        drawn.map((i) => losses[i]!),
      ),
    );
    yield;
  }
  return intervalsAround(pedAnova(columns, losses), samples);
}

const sumOf = (numbers: readonly number[] | Float64Array): number => {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
};

function countsOf(cells: readonly (number | undefined)[], count: number): Float64Array {
  const counts = new Float64Array(count);
  for (const cell of cells) if (cell !== undefined) counts[cell]! += 1;
  return counts;
}

/** A kernel for each cell with trials, weighted by their number, and one for the prior. */
function density(counts: Float64Array, { ordered }: Omit<GridColumn, 'cells'>): Float64Array {
  const total = counts.reduce((a, b) => a + b, 0);
  const masses = new Float64Array(counts.length);
  const spread = ordered ? normalKernels(counts, total) : categoryKernels(counts);
  for (const { weight, kernel } of spread) for (let k = 0; k < masses.length; k++) masses[k]! += (weight / (total + PRIOR)) * kernel(k);
  return masses;
}

interface Weighted {
  readonly weight: number;
  readonly kernel: (cell: number) => number;
}

function normalKernels(counts: Float64Array, total: number): Weighted[] {
  const size = counts.length;
  const sigma = scottBandwidth(counts, total);
  const observed = [...counts.entries()].filter(([, count]) => count > 0);
  // Kernels at cells share their shape, so its values at all distances are computed once.
  const atDistance = Float64Array.from({ length: 2 * size }, (_, k) => ndtr((k + 0.5 - size) / sigma));
  const shape = (distance: number) => atDistance[distance - 0.5 + size]!;
  return [
    ...observed.map(([cell, count]) => ({ weight: count, kernel: truncated(cell, shape, size) })),
    { weight: PRIOR, kernel: truncated((size - 1) / 2, (distance) => ndtr(distance / size), size) },
  ];
}

/** A distribution on the cells of a grid. @param shape the part of the whole distribution up to a distance from its mean */
function truncated(mean: number, shape: (distance: number) => number, size: number): (cell: number) => number {
  const below = (x: number) => shape(x - mean);
  const whole = below(size - 0.5) - below(-0.5);
  return (cell) => (below(cell + 0.5) - below(cell - 0.5)) / whole;
}

/** In cells. With this bandwidth, 90 % of a kernel lie in its own cell. */
const MIN_SIGMA = 0.5 / 1.64;

/** Scott's rule (1992), in its robust form, in cells. */
function scottBandwidth(counts: Float64Array, total: number): number {
  let mean = 0;
  for (const [cell, count] of counts.entries()) mean += (cell * count) / total;
  let squares = 0;
  for (const [cell, count] of counts.entries()) squares += count * (cell - mean) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const quartiles = quantileCell(counts, Math.floor((3 * total) / 4), true) - quantileCell(counts, Math.floor(total / 4), false);
  return Math.max(MIN_SIGMA, 1.059 * Math.min(quartiles / 1.34, deviation) * total ** -0.2);
}

/** The first cell at which the cumulative count reaches `wanted`, or exceeds it if `above`. */
function quantileCell(counts: Float64Array, wanted: number, above: boolean): number {
  let sum = 0;
  let last = 0;
  for (const [cell, count] of counts.entries()) {
    if (count === 0) continue;
    sum += count;
    last = cell;
    if (above ? sum > wanted : sum >= wanted) return cell;
  }
  return last;
}

/** A kernel has all its mass in its own category, except for the share of the prior. */
function categoryKernels(counts: Float64Array): Weighted[] {
  const observed = [...counts.entries()].filter(([, count]) => count > 0);
  const rest = PRIOR / (observed.length + 1);
  const whole = 1 + rest * counts.length;
  return [
    ...observed.map(([category, weight]) => ({ weight, kernel: (cell: number) => (rest + (cell === category ? 1 : 0)) / whole })),
    { weight: PRIOR, kernel: () => 1 / counts.length },
  ];
}
