import type { Rng } from '../random.ts';
import { ascending, insertSorted, rankOf } from '../sorted.ts';
import { CategoricalKernels, ContinuousKernels, DiscreteKernels } from './axisKernels.ts';
import { type CodedKernels, KernelPruner, type NormalKernels, type ScaledSum } from './kernelPruner.ts';
import { SlotSet, withRoomFor } from './slotSet.ts';
import type { Support } from './support.ts';

/** The newest observations have full weight. */
const FULL_WEIGHTS = 25;

/** The weight of the i-th oldest of n observations: 1 for the newest 25, falling linearly to 1 / n for the oldest (Bergstra, Yamins & Cox 2013). */
export function recencyWeight(i: number, n: number): number {
  const old = n - FULL_WEIGHTS;
  if (i >= old) return 1;
  return 1 / n + (old > 1 ? (i / (old - 1)) * (1 - 1 / n) : 0);
}

/** The weights of n observations, oldest first. */
export const recencyWeights = (n: number): Float64Array => new Float64Array(n).map((_, i) => recencyWeight(i, n));

/** Kernels are ignored if their log density is this far below the sum so far: a thousand of them would add 1e-8. */
const NEGLIGIBLE = 25;

/** Kernels are summed in parts, the newest first. Candidates tend to lie near those, so the first part tells which other kernels matter. */
const FIRST_PART = 64;
const PART_SIZE = 256;

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  return sum;
}

export interface ParzenOptions {
  /** A factor of the minimal bandwidth, which is 1 / min(100, 2 + observations) of the range. Default: 1. */
  readonly clip?: number | undefined;
  /** The weights of the observations in these slots, oldest first. Default: `recencyWeights`. */
  readonly weights?: ((slots: readonly number[]) => Float64Array) | undefined;
}

interface OnAxis<C> {
  readonly kernels: C;
  readonly axis: number;
}

/** Kernels with a log density of 0 everywhere, for n slots. */
const neutralAxis = (n: number): OnAxis<NormalKernels & CodedKernels> => {
  const zeros = new Float64Array(n);
  return { axis: 0, kernels: { means: zeros, precisions: zeros, codes: new Int32Array(n), logDensities: () => ZERO } };
};
const ZERO = new Float64Array(1);

const kernelsOn = (support: Support, clip: number): ContinuousKernels | DiscreteKernels | CategoricalKernels => {
  const { cells } = support;
  if (cells === undefined) return new ContinuousKernels(support, clip);
  return support.ordered ? new DiscreteKernels({ ...support, cells }, clip) : new CategoricalKernels({ ...support, cells });
};

/**
 * A Parzen estimator on some axes: a mixture of one product kernel per observation and one for the prior (Bergstra et al., NeurIPS 2011; joint
 * kernels as in Falkner et al., ICML 2018).
 *
 * Ordered axes have truncated normal kernels, integrated over the cells of discrete axes. Their bandwidth is the distance to the farther neighbour on
 * the axis, clipped. Categories have Aitchison-Aitken kernels. Each observation has a numbered slot, in order of age. Adding or removing one updates
 * only the kernels that it affects, and the result is, to the last bit, that of computing everything again.
 */
export class Parzen {
  readonly axes: readonly (ContinuousKernels | DiscreteKernels | CategoricalKernels)[];
  readonly #weightsOf: (slots: readonly number[]) => Float64Array;
  readonly #continuous: readonly OnAxis<ContinuousKernels>[];
  readonly #discrete: readonly OnAxis<CodedKernels>[];
  readonly #slots: number[] = [];
  /** By slot: the log density at the means of all continuous axes. */
  #peaks: Float64Array = new Float64Array(0);
  #weights: Float64Array = new Float64Array(1);
  #logTotal = 0;
  #weightBySlot: Float64Array = new Float64Array(1);
  /** The slots, in parts, the newest first. */
  #parts: readonly Int32Array[] = [];
  /** Fills up groups of three axes. */
  #neutral: OnAxis<NormalKernels & CodedKernels> = neutralAxis(0);
  readonly #pruner = new KernelPruner();
  /** The slots whose kernels changed with an update. */
  readonly #changed = new SlotSet();
  #upToDate = false;

  constructor(supports: readonly Support[], { clip = 1, weights = ({ length }) => recencyWeights(length) }: ParzenOptions = {}) {
    this.#weightsOf = weights;
    this.axes = supports.map((support) => kernelsOn(support, clip));
    this.#continuous = this.axes.flatMap((kernels, axis) => (kernels instanceof ContinuousKernels ? { kernels, axis } : []));
    this.#discrete = this.axes.flatMap((kernels, axis) => (kernels instanceof ContinuousKernels ? [] : { kernels, axis }));
  }

  /** The slots in use, oldest first. */
  get slots(): readonly number[] {
    return this.#slots;
  }

  /** The weight of each component in the order of `slots`, with the prior last. They sum to 1. */
  get weights(): Float64Array {
    this.#update();
    const total = sumOf(this.#weights);
    return this.#weights.map((w) => w / total);
  }

  /** @param x a coordinate, or the number of a cell, per axis */
  add(slot: number, x: ArrayLike<number>): void {
    insertSorted(this.#slots, slot, ascending);
    for (let j = 0; j < this.axes.length; j++) this.axes[j]!.add(slot, x[j]!);
    this.#upToDate = false;
  }

  remove(slot: number): void {
    this.#slots.splice(rankOf(this.#slots, slot, ascending) - 1, 1);
    for (const kernels of this.axes) kernels.remove(slot);
    this.#upToDate = false;
  }

  #update(): void {
    if (this.#upToDate) return;
    this.#upToDate = true;
    const n = this.#slots.length;
    for (const kernels of this.axes) kernels.update(n, (slot) => this.#changed.add(slot));
    this.#peaks = withRoomFor(this.#peaks, this.#slots.at(-1) ?? 0);
    this.#changed.drain((slot) => {
      this.#peaks[slot] = this.#continuous.reduce((peak, { kernels }) => peak + kernels.peak(slot), 0);
    });
    this.#weights = new Float64Array(n + 1);
    this.#weights.set(this.#weightsOf(this.#slots));
    this.#weights[n] = 1; // the prior weighs as much as a recent observation
    this.#logTotal = Math.log(sumOf(this.#weights));
    this.#arrangeForLoops();
  }

  /** Prepares flat arrays for the inner loops. */
  #arrangeForLoops(): void {
    const slots = Int32Array.from(this.#slots);
    const parts: Int32Array[] = [];
    for (let to = slots.length, size = FIRST_PART; to > 0; to -= size, size = PART_SIZE)
      parts.push(slots.subarray(Math.max(0, to - size), to));
    this.#parts = parts;
    this.#weightBySlot = new Float64Array((this.#slots.at(-1) ?? 0) + 1);
    for (let k = 0; k < slots.length; k++) this.#weightBySlot[slots[k]!] = this.#weights[k]!;
    const { length } = this.#weightBySlot;
    if (this.#neutral.kernels.means.length < length) this.#neutral = neutralAxis(2 * length);
  }

  /** Draws a component by its weight, then each axis from its kernel. */
  draw(rng: Rng): number[] {
    this.#update();
    const n = this.#slots.length;
    let k = 0;
    for (let u = rng() * sumOf(this.#weights); k < n && u >= this.#weights[k]!; k++) u -= this.#weights[k]!;
    return this.axes.map((kernels) => (k < n ? kernels.draw(this.#slots[k]!, rng) : kernels.prior.draw(rng)));
  }

  /**
   * The log density at a point; on axes with cells, of the cell's mass.
   *
   * @param enough a bound above which the exact value does not matter: if the result is higher, it is only a lower bound
   */
  logDensity(point: ArrayLike<number>, enough = Number.POSITIVE_INFINITY): number {
    this.#update();
    const sum = this.#priorTerm(point);
    let logDensity = this.#logOf(sum);
    for (const part of this.#parts) {
      if (logDensity > enough) break;
      this.#addPart(sum, point, part);
      logDensity = this.#logOf(sum);
    }
    return logDensity;
  }

  /** A cheap lower bound of the log density, from the prior and the newest observations. */
  leastLogDensity(point: ArrayLike<number>): number {
    this.#update();
    const sum = this.#priorTerm(point);
    if (this.#parts[0]) this.#addPart(sum, point, this.#parts[0]);
    return this.#logOf(sum);
  }

  #priorTerm(point: ArrayLike<number>): ScaledSum {
    return { top: this.axes.reduce((t, { prior }, j) => t + prior.logDensity(point[j]!), 0), value: this.#weights.at(-1)! };
  }

  #addPart(sum: ScaledSum, point: ArrayLike<number>, part: Int32Array): void {
    this.#pruner.start(part, this.#peaks);
    this.#sumLogDensities(point, sum.top - NEGLIGIBLE);
    this.#pruner.addDensitiesTo(sum, this.#weightBySlot);
  }

  #logOf({ top, value }: ScaledSum): number {
    return top + Math.log(value) - this.#logTotal;
  }

  /** Adds the log densities of all axes, three at a time, and drops the kernels that fall below the floor. */
  #sumLogDensities(point: ArrayLike<number>, floor: number): void {
    const none = this.#neutral;
    for (let s = 0; s < this.#continuous.length; s += 3) {
      const [a, b, c] = [this.#continuous[s]!, this.#continuous[s + 1] ?? none, this.#continuous[s + 2] ?? none];
      this.#pruner.addNormals(floor, point[a.axis]!, a.kernels, point[b.axis]!, b.kernels, point[c.axis]!, c.kernels);
    }
    for (let s = 0; s < this.#discrete.length; s += 3) {
      const [a, b, c] = [this.#discrete[s]!, this.#discrete[s + 1] ?? none, this.#discrete[s + 2] ?? none];
      this.#pruner.addCoded(floor, point[a.axis]!, a.kernels, point[b.axis]!, b.kernels, point[c.axis]!, c.kernels);
    }
  }
}
