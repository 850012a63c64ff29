import type { Rng } from '../random.ts';
import { type CategoryKernel, categoryKernel, logCellMasses, logTruncation, truncatedNormal } from './kernels.ts';
import { Neighbours } from './neighbours.ts';
import type { Bells, Coded } from './screen.ts';
import { type Cells, cellAt, drawCell, type Support } from './support.ts';

/**
 * The kernels of all observations on one axis, by slot. `add` and `remove` say what is inside; `settle` then brings bandwidths up to date
 * with what has changed, says whose they are, and must precede `logDensity` and `draw`.
 */
export interface Column {
  add(slot: number, x: number): void;
  remove(slot: number): void;
  settle(observations: number, changed: (slot: number) => void): void;
  logDensity(slot: number, x: number): number;
  draw(slot: number, rng: Rng): number;
  readonly prior: PriorKernel;
}

/** The component that stands for what was believed before any data: the user's law, or a normal as wide as the range. */
export interface PriorKernel {
  logDensity(x: number): number;
  draw(rng: Rng): number;
}

const lawOf = (cells: Cells): PriorKernel => ({ logDensity: (x) => cells.logPrior[x]!, draw: (rng) => drawCell(cells, rng) });

/** Room for at least one more than `slot` numbers. */
export function grown<A extends Float64Array | Int32Array>(array: A, slot: number): A {
  if (slot < array.length) return array;
  const larger = new (array.constructor as new (length: number) => A)(2 * slot + 16);
  larger.set(array);
  return larger;
}

/** The least bandwidth with so many observations and the prior ("magic clip"; Watanabe 2023, section 3.3). */
const leastSigma = (observations: number): number => 1 / Math.min(100, 2 + observations);

/** What bandwidths by neighbours need on any ordered axis. */
class Bandwidths {
  means: Float64Array = new Float64Array(0);
  readonly #gaps: number[] = [];
  readonly #neighbours: Neighbours;
  readonly #stale = new Set<number>();
  readonly #inside = new Set<number>();
  readonly #clip: number;
  #least = 0;

  constructor(clip: number) {
    this.#clip = clip;
    this.#neighbours = new Neighbours(
      (slot) => this.means[slot]!,
      (slot, gap) => {
        this.#gaps[slot] = gap;
        this.#stale.add(slot);
      },
    );
  }

  add(slot: number, mean: number): void {
    this.means = grown(this.means, slot);
    this.means[slot] = mean;
    this.#inside.add(slot);
    this.#neighbours.add(slot);
  }

  remove(slot: number): void {
    this.#inside.delete(slot);
    this.#stale.delete(slot);
    this.#neighbours.remove(slot);
  }

  /** Hands on every mean whose bandwidth has changed since the last call. */
  settle(observations: number, changed: (slot: number, mean: number, sigma: number) => void): void {
    const least = this.#clip * leastSigma(observations);
    for (const slot of least === this.#least ? this.#stale : this.#inside) {
      changed(slot, this.means[slot]!, Math.min(1, Math.max(least, this.#gaps[slot]!)));
    }
    this.#stale.clear();
    this.#least = least;
  }
}

/** Truncated normals on a continuum. */
export class SmoothColumn implements Column, Bells {
  readonly prior: PriorKernel;
  readonly #bandwidths: Bandwidths;
  precisions: Float64Array = new Float64Array(0);
  #peaks: Float64Array = new Float64Array(0);

  constructor({ prior }: Support, clip: number) {
    this.#bandwidths = new Bandwidths(clip);
    const constant = logTruncation(0.5, 1);
    this.prior = prior
      ? { logDensity: (x) => prior.logDensity(x), draw: (rng) => prior.quantile(rng()) }
      : { logDensity: (x) => constant - 0.5 * (x - 0.5) ** 2, draw: (rng) => truncatedNormal(0.5, 1, rng) };
  }
  add(slot: number, x: number): void {
    this.#bandwidths.add(slot, x);
    this.precisions = grown(this.precisions, slot);
    this.#peaks = grown(this.#peaks, slot);
  }
  remove(slot: number): void {
    this.#bandwidths.remove(slot);
  }
  settle(observations: number, changed: (slot: number) => void): void {
    this.#bandwidths.settle(observations, (slot, mean, sigma) => {
      this.precisions[slot] = Math.SQRT1_2 / sigma;
      this.#peaks[slot] = logTruncation(mean, sigma);
      changed(slot);
    });
  }
  get means(): Float64Array {
    return this.#bandwidths.means;
  }
  mean(slot: number): number {
    return this.means[slot]!;
  }
  sigma(slot: number): number {
    return Math.SQRT1_2 / this.precisions[slot]!;
  }
  /** log density at the mean. */
  peak(slot: number): number {
    return this.#peaks[slot]!;
  }
  logDensity(slot: number, x: number): number {
    return this.peak(slot) - ((x - this.mean(slot)) * this.precisions[slot]!) ** 2;
  }
  draw(slot: number, rng: Rng): number {
    return truncatedNormal(this.mean(slot), this.sigma(slot), rng);
  }
}

/** What normal kernels say of the cells of an axis, by a code for each mean and bandwidth met: there are few different ones, and each is dear. */
class CellMasses {
  readonly #cells: Cells;
  readonly #codes: readonly Map<number, number>[];
  readonly #logMasses: Float64Array[];
  #met = 0;

  constructor(cells: Cells) {
    this.#cells = cells;
    this.#codes = Array.from(cells.centres, () => new Map());
    this.#logMasses = Array.from(cells.centres, () => new Float64Array(0));
  }

  codeOf(mean: number, sigma: number): number {
    const codes = this.#codes[cellAt(this.#cells, mean)]!;
    const known = codes.get(sigma);
    if (known !== undefined) return known;
    const code = this.#met++;
    codes.set(sigma, code);
    for (const [x, mass] of logCellMasses(this.#cells, mean, sigma).entries()) {
      this.#logMasses[x] = grown(this.#logMasses[x]!, code);
      this.#logMasses[x][code] = mass;
    }
    return code;
  }

  /** By code. */
  of(x: number): Float64Array {
    return this.#logMasses[x]!;
  }
}

/** The densities on an axis share them, and so do those of later asks. */
const massesOf = new WeakMap<Cells, CellMasses>();

/** Truncated normals integrated over cells; the variable is the number of the cell. */
export class CellColumn implements Column, Coded {
  readonly prior: PriorKernel;
  readonly #cells: Cells;
  readonly #bandwidths: Bandwidths;
  readonly #masses: CellMasses;
  codes: Int32Array = new Int32Array(0);
  #sigmas: Float64Array = new Float64Array(0);

  constructor({ cells, prior }: Support & { readonly cells: Cells }, clip: number) {
    this.#bandwidths = new Bandwidths(clip);
    this.#cells = cells;
    this.#masses = massesOf.get(cells) ?? new CellMasses(cells);
    massesOf.set(cells, this.#masses);
    const masses = logCellMasses(cells, 0.5, 1);
    this.prior = prior ? lawOf(cells) : { logDensity: (x) => masses[x]!, draw: (rng) => cellAt(cells, truncatedNormal(0.5, 1, rng)) };
  }
  add(slot: number, x: number): void {
    this.#bandwidths.add(slot, this.#cells.centres[x]!);
    this.#sigmas = grown(this.#sigmas, slot);
    this.codes = grown(this.codes, slot);
  }
  remove(slot: number): void {
    this.#bandwidths.remove(slot);
  }
  settle(observations: number, changed: (slot: number) => void): void {
    this.#bandwidths.settle(observations, (slot, mean, sigma) => {
      changed(slot);
      this.#sigmas[slot] = sigma;
      this.codes[slot] = this.#masses.codeOf(mean, sigma);
    });
  }
  mean(slot: number): number {
    return this.#bandwidths.means[slot]!;
  }
  sigma(slot: number): number {
    return this.#sigmas[slot]!;
  }
  logDensity(slot: number, x: number): number {
    return this.#masses.of(x)[this.codes[slot]!]!;
  }
  logDensities(x: number): Float64Array {
    return this.#masses.of(x);
  }
  draw(slot: number, rng: Rng): number {
    return cellAt(this.#cells, truncatedNormal(this.mean(slot), this.sigma(slot), rng));
  }
}

/** Categories; the variable is the number of the category. */
export class CategoryColumn implements Column, Coded {
  readonly prior: PriorKernel;
  readonly #cells: Cells;
  readonly #priorWeight: number;
  /** The category seen, by slot. */
  codes: Int32Array = new Int32Array(0);
  readonly #says: (Float64Array | undefined)[];
  #kernel: CategoryKernel;

  constructor({ cells }: Support & { readonly cells: Cells }, priorWeight: number) {
    this.#cells = cells;
    this.#priorWeight = priorWeight;
    this.#kernel = categoryKernel(cells, priorWeight);
    this.#says = Array.from(cells.centres, () => undefined);
    this.prior = lawOf(cells);
  }
  add(slot: number, x: number): void {
    this.codes = grown(this.codes, slot);
    this.codes[slot] = x;
  }
  remove(): void {}
  settle(observations: number): void {
    this.#kernel = categoryKernel(this.#cells, this.#priorWeight / (observations + 1));
    this.#says.fill(undefined);
  }
  logDensity(slot: number, x: number): number {
    return (this.codes[slot] === x ? this.#kernel.hit : this.#kernel.miss)[x]!;
  }
  logDensities(x: number): Float64Array {
    let says = this.#says[x];
    if (says === undefined) {
      says = new Float64Array(this.#cells.centres.length).fill(this.#kernel.miss[x]!);
      says[x] = this.#kernel.hit[x]!;
      this.#says[x] = says;
    }
    return says;
  }
  draw(slot: number, rng: Rng): number {
    return rng() < this.#kernel.astray ? drawCell(this.#cells, rng) : this.codes[slot]!;
  }
}
