import type { Rng } from '../random.ts';
import type { CodedKernels, NormalKernels } from './kernelPruner.ts';
import { type CategoricalKernel, categoricalKernel, drawTruncatedNormal, logCellMasses, logTruncation } from './kernels.ts';
import { Neighbours } from './neighbours.ts';
import { SlotSet, withRoomFor } from './slotSet.ts';
import { cellAt, drawCell, type Support, type SupportCells } from './support.ts';

/**
 * The kernels of all observations on one axis, by slot. After `add` and `remove`, `update` computes the bandwidths that have changed and reports
 * their slots. It must be called before `logDensity` and `draw`.
 */
export interface AxisKernels {
  add(slot: number, x: number): void;
  remove(slot: number): void;
  update(observations: number, changed: (slot: number) => void): void;
  logDensity(slot: number, x: number): number;
  draw(slot: number, rng: Rng): number;
  readonly prior: PriorKernel;
}

/** The component for the prior: the user's distribution, or a normal as wide as the range. */
export interface PriorKernel {
  logDensity(x: number): number;
  draw(rng: Rng): number;
}

const cellPrior = (cells: SupportCells): PriorKernel => ({ logDensity: (x) => cells.logPrior[x]!, draw: (rng) => drawCell(cells, rng) });

/** The minimal bandwidth ("magic clip"; Watanabe 2023, section 3.3). */
export const minBandwidth = (observations: number): number => 1 / Math.min(100, 2 + observations);

/** The means and bandwidths on an ordered axis. */
class Bandwidths {
  means: Float64Array = new Float64Array(0);
  /** By slot; not a number if unknown. */
  #gaps: Float64Array = new Float64Array(0);
  readonly #neighbours: Neighbours;
  readonly #changed = new SlotSet();
  readonly #clip: number;
  #least = 0;

  constructor(clip: number) {
    this.#clip = clip;
    this.#neighbours = new Neighbours(
      (slot) => this.means[slot]!,
      (slot, gap) => {
        if (this.#gaps[slot] === gap) return;
        this.#gaps[slot] = gap;
        this.#changed.add(slot);
      },
    );
  }

  add(slot: number, mean: number): void {
    this.means = withRoomFor(this.means, slot);
    this.means[slot] = mean;
    this.#gaps = withRoomFor(this.#gaps, slot);
    this.#gaps[slot] = Number.NaN;
    this.#changed.add(slot);
    this.#neighbours.add(slot);
  }

  remove(slot: number): void {
    this.#changed.delete(slot);
    this.#neighbours.remove(slot);
  }

  /** Calls `changed` for each slot whose bandwidth has changed since the last call. */
  update(observations: number, changed: (slot: number, mean: number, sigma: number) => void): void {
    this.#neighbours.settle();
    const least = this.#clip * minBandwidth(observations);
    const tell = (slot: number) => changed(slot, this.means[slot]!, Math.min(1, Math.max(least, this.#gaps[slot]!)));
    const areAll = least !== this.#least;
    this.#changed.drain(areAll ? undefined : tell);
    if (areAll) for (const slot of this.#neighbours.slots) tell(slot);
    this.#least = least;
  }
}

/** Truncated normals on a continuous axis. */
export class ContinuousKernels implements AxisKernels, NormalKernels {
  readonly prior: PriorKernel;
  readonly #bandwidths: Bandwidths;
  precisions: Float64Array = new Float64Array(0);
  #peaks: Float64Array = new Float64Array(0);

  constructor({ prior }: Support, clip: number) {
    this.#bandwidths = new Bandwidths(clip);
    const constant = logTruncation(0.5, 1);
    this.prior = prior
      ? { logDensity: (x) => prior.logDensity(x), draw: (rng) => prior.quantile(rng()) }
      : { logDensity: (x) => constant - 0.5 * (x - 0.5) ** 2, draw: (rng) => drawTruncatedNormal(0.5, 1, rng) };
  }
  add(slot: number, x: number): void {
    this.#bandwidths.add(slot, x);
    this.precisions = withRoomFor(this.precisions, slot);
    this.#peaks = withRoomFor(this.#peaks, slot);
  }
  remove(slot: number): void {
    this.#bandwidths.remove(slot);
  }
  update(observations: number, changed: (slot: number) => void): void {
    this.#bandwidths.update(observations, (slot, mean, sigma) => {
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
  /** The log density at the mean. */
  peak(slot: number): number {
    return this.#peaks[slot]!;
  }
  logDensity(slot: number, x: number): number {
    return this.peak(slot) - ((x - this.mean(slot)) * this.precisions[slot]!) ** 2;
  }
  draw(slot: number, rng: Rng): number {
    return drawTruncatedNormal(this.mean(slot), this.sigma(slot), rng);
  }
}

/** The log masses of cells under normal kernels. They are expensive and few are distinct, so each pair of mean and bandwidth gets a code. */
class CellMasses {
  readonly #cells: SupportCells;
  readonly #codes: readonly Map<number, number>[];
  readonly #logMasses: Float64Array[];
  #count = 0;

  constructor(cells: SupportCells) {
    this.#cells = cells;
    this.#codes = Array.from(cells.centres, () => new Map());
    this.#logMasses = Array.from(cells.centres, () => new Float64Array(0));
  }

  codeOf(mean: number, sigma: number): number {
    const codes = this.#codes[cellAt(this.#cells, mean)]!;
    const known = codes.get(sigma);
    if (known !== undefined) return known;
    const code = this.#count++;
    codes.set(sigma, code);
    for (const [x, mass] of logCellMasses(this.#cells, mean, sigma).entries()) {
      this.#logMasses[x] = withRoomFor(this.#logMasses[x]!, code);
      this.#logMasses[x][code] = mass;
    }
    return code;
  }

  /** By code. */
  of(x: number): Float64Array {
    return this.#logMasses[x]!;
  }
}

/** Shared by all densities on an axis, also across asks. */
const sharedMasses = new WeakMap<SupportCells, CellMasses>();

/** Truncated normals integrated over the cells of an ordered axis; x is the number of a cell. */
export class DiscreteKernels implements AxisKernels, CodedKernels {
  readonly prior: PriorKernel;
  readonly #cells: SupportCells;
  readonly #bandwidths: Bandwidths;
  readonly #masses: CellMasses;
  codes: Int32Array = new Int32Array(0);
  #sigmas: Float64Array = new Float64Array(0);

  constructor({ cells, prior }: Support & { readonly cells: SupportCells }, clip: number) {
    this.#bandwidths = new Bandwidths(clip);
    this.#cells = cells;
    this.#masses = sharedMasses.get(cells) ?? new CellMasses(cells);
    sharedMasses.set(cells, this.#masses);
    const masses = logCellMasses(cells, 0.5, 1);
    this.prior = prior
      ? cellPrior(cells)
      : { logDensity: (x) => masses[x]!, draw: (rng) => cellAt(cells, drawTruncatedNormal(0.5, 1, rng)) };
  }
  add(slot: number, x: number): void {
    this.#bandwidths.add(slot, this.#cells.centres[x]!);
    this.#sigmas = withRoomFor(this.#sigmas, slot);
    this.codes = withRoomFor(this.codes, slot);
  }
  remove(slot: number): void {
    this.#bandwidths.remove(slot);
  }
  update(observations: number, changed: (slot: number) => void): void {
    this.#bandwidths.update(observations, (slot, mean, sigma) => {
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
    return cellAt(this.#cells, drawTruncatedNormal(this.mean(slot), this.sigma(slot), rng));
  }
}

/** Aitchison-Aitken kernels on an unordered axis; x is the number of a category. */
export class CategoricalKernels implements AxisKernels, CodedKernels {
  readonly prior: PriorKernel;
  readonly #cells: SupportCells;
  /** The observed category, by slot. */
  codes: Int32Array = new Int32Array(0);
  readonly #logDensities: (Float64Array | undefined)[];
  #kernel: CategoricalKernel;

  constructor({ cells }: Support & { readonly cells: SupportCells }) {
    this.#cells = cells;
    this.#kernel = categoricalKernel(cells, 1);
    this.#logDensities = Array.from(cells.centres, () => undefined);
    this.prior = cellPrior(cells);
  }
  add(slot: number, x: number): void {
    this.codes = withRoomFor(this.codes, slot);
    this.codes[slot] = x;
  }
  remove(): void {}
  update(observations: number): void {
    this.#kernel = categoricalKernel(this.#cells, 1 / (observations + 1));
    this.#logDensities.fill(undefined);
  }
  logDensity(slot: number, x: number): number {
    return this.#kernel.logMass(this.codes[slot]!, x);
  }
  logDensities(x: number): Float64Array {
    this.#logDensities[x] ??= this.#cells.centres.map((_, observed) => this.#kernel.logMass(observed, x));
    return this.#logDensities[x];
  }
  draw(slot: number, rng: Rng): number {
    return this.#kernel.draw(this.codes[slot]!, rng);
  }
}
