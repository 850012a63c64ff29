import type { Rng } from '../random.ts';
import { ascending, insertSorted, rankOf } from '../sorted.ts';
import { CategoryColumn, CellColumn, grown, SmoothColumn } from './columns.ts';
import { type Bells, type Coded, type ScaledSum, Screen } from './screen.ts';
import type { Support } from './support.ts';

/** How many of the newest observations count fully. */
const RECENT = 25;

/** Weights of n observations, oldest first: the newest 25 count fully, older ones ever less, down to 1 / n (Bergstra, Yamins & Cox 2013). */
export function recencyWeights(n: number): Float64Array {
  const weights = new Float64Array(n).fill(1);
  const old = n - RECENT;
  for (let i = 0; i < old; i++) weights[i] = 1 / n + (old > 1 ? (i / (old - 1)) * (1 - 1 / n) : 0);
  return weights;
}

/** A kernel this far below the largest one, in log, changes no digit that matters: a thousand of them add 1e-8. */
const NEGLIGIBLE = 25;

/** Kernels are summed in parts, the newest first: candidates tend to lie near those, and they tell how large the others must be to matter. */
const HEAD = 64;
const PART = 256;

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  return sum;
}

export interface ParzenOptions {
  /** Weight of the prior component, where a recent observation weighs 1. Default: 1. */
  readonly priorWeight?: number | undefined;
  /** A factor of the minimal bandwidth, which is 1 / min(100, 2 + observations) of the range. Default: 1. */
  readonly clip?: number | undefined;
  /** Weights of n observations, in the order of their slots. Default: `recencyWeights`. */
  readonly weights?: ((n: number) => Float64Array) | undefined;
}

/** An axis among others, for the screen. */
interface Place<C> {
  readonly column: C;
  readonly at: number;
}

/** An axis on which none of n slots differs from any value. */
const nothingOn = (n: number): Place<Bells & Coded> => {
  const zeros = new Float64Array(n);
  return { at: 0, column: { means: zeros, precisions: zeros, codes: new Int32Array(n), logDensities: () => ZERO } };
};
const ZERO = new Float64Array(1);

const columnOf = (support: Support, priorWeight: number, clip: number): SmoothColumn | CellColumn | CategoryColumn => {
  const { cells } = support;
  if (cells === undefined) return new SmoothColumn(support, clip);
  return support.ordered ? new CellColumn({ ...support, cells }, clip) : new CategoryColumn({ ...support, cells }, priorWeight);
};

/**
 * A Parzen estimator on the axes of one subspace: a mixture of one product kernel per observation and one for the prior belief
 * (Bergstra et al., NeurIPS 2011; joint kernels as in Falkner et al., ICML 2018).
 *
 * Numbers have truncated normal kernels, integrated over cells where there are some; their bandwidth is the distance to the farther neighbour
 * on the axis, clipped. Categories have Aitchison-Aitken kernels. Observations live in slots, oldest first, and come and go; what a change
 * does not touch is kept. The density depends on what is inside alone, to the last bit.
 */
export class Parzen {
  readonly columns: readonly (SmoothColumn | CellColumn | CategoryColumn)[];
  readonly #priorWeight: number;
  readonly #weightsOf: (n: number) => Float64Array;
  readonly #smooth: readonly Place<SmoothColumn>[];
  readonly #coded: readonly Place<Coded>[];
  readonly #slots: number[] = [];
  /** By slot: the log density at the means of all smooth axes. */
  #peaks: Float64Array = new Float64Array(0);
  #weights: Float64Array = new Float64Array(1);
  #logTotal = 0;
  /** Weights by slot. */
  #bySlot: Float64Array = new Float64Array(1);
  /** The slots in parts, the newest first. */
  #parts: readonly Int32Array[] = [];
  /** An axis on which nothing differs, where three are wanted. */
  #nothing: Place<Bells & Coded> = nothingOn(0);
  readonly #screen = new Screen();
  #settled = false;

  constructor(supports: readonly Support[], { priorWeight = 1, clip = 1, weights = recencyWeights }: ParzenOptions = {}) {
    this.#priorWeight = priorWeight;
    this.#weightsOf = weights;
    this.columns = supports.map((support) => columnOf(support, priorWeight, clip));
    this.#smooth = this.columns.flatMap((column, at) => (column instanceof SmoothColumn ? { column, at } : []));
    this.#coded = this.columns.flatMap((column, at) => (column instanceof SmoothColumn ? [] : { column, at }));
  }

  /** The slots inside, oldest first. */
  get slots(): readonly number[] {
    return this.#slots;
  }

  /** Weight of each component, in the order of `slots`, the prior last; they sum to one. */
  get weights(): Float64Array {
    this.#settle();
    const total = sumOf(this.#weights);
    return this.#weights.map((w) => w / total);
  }

  /** @param x one number per axis: a coordinate, or the number of its cell */
  add(slot: number, x: ArrayLike<number>): void {
    insertSorted(this.#slots, slot, ascending);
    for (const [j, column] of this.columns.entries()) column.add(slot, x[j]!);
    this.#settled = false;
  }

  remove(slot: number): void {
    this.#slots.splice(rankOf(this.#slots, slot, ascending) - 1, 1);
    for (const column of this.columns) column.remove(slot);
    this.#settled = false;
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    const n = this.#slots.length;
    const stale = new Set<number>();
    for (const column of this.columns) column.settle(n, (slot) => stale.add(slot));
    this.#peaks = grown(this.#peaks, this.#slots.at(-1) ?? 0);
    for (const slot of stale) this.#peaks[slot] = this.#smooth.reduce((peak, { column }) => peak + column.peak(slot), 0);
    this.#weights = new Float64Array(n + 1);
    this.#weights.set(this.#weightsOf(n));
    this.#weights[n] = n > 0 ? this.#priorWeight : 1;
    this.#logTotal = Math.log(sumOf(this.#weights));
    this.#arrange();
  }

  /** What the hot loops need at hand. */
  #arrange(): void {
    const slots = Int32Array.from(this.#slots);
    const parts: Int32Array[] = [];
    for (let to = slots.length, size = HEAD; to > 0; to -= size, size = PART) parts.push(slots.subarray(Math.max(0, to - size), to));
    this.#parts = parts;
    this.#bySlot = new Float64Array((this.#slots.at(-1) ?? 0) + 1);
    for (let k = 0; k < slots.length; k++) this.#bySlot[slots[k]!] = this.#weights[k]!;
    this.#nothing = nothingOn(this.#bySlot.length);
  }

  /** One draw: a component by its weight, then each axis from its kernel. */
  draw(rng: Rng): number[] {
    this.#settle();
    const n = this.#slots.length;
    let k = 0;
    for (let u = rng() * sumOf(this.#weights); k < n && u >= this.#weights[k]!; k++) u -= this.#weights[k]!;
    return this.columns.map((column) => (k < n ? column.draw(this.#slots[k]!, rng) : column.prior.draw(rng)));
  }

  /**
   * log density at a point; a mass on axes with cells.
   *
   * @param enough a log density beyond which more need not be told: then what comes back is only known to lie above it.
   */
  logDensity(point: ArrayLike<number>, enough = Number.POSITIVE_INFINITY): number {
    this.#settle();
    const sum = this.#priorTerm(point);
    let logDensity = this.#logOf(sum);
    for (const part of this.#parts) {
      if (logDensity > enough) break;
      this.#addPart(sum, point, part);
      logDensity = this.#logOf(sum);
    }
    return logDensity;
  }

  /** A bound below the log density that costs little: what the prior and the newest observations come to. */
  leastLogDensity(point: ArrayLike<number>): number {
    this.#settle();
    const sum = this.#priorTerm(point);
    if (this.#parts[0]) this.#addPart(sum, point, this.#parts[0]);
    return this.#logOf(sum);
  }

  #priorTerm(point: ArrayLike<number>): ScaledSum {
    return { top: this.columns.reduce((t, { prior }, j) => t + prior.logDensity(point[j]!), 0), value: this.#weights.at(-1)! };
  }

  #addPart(sum: ScaledSum, point: ArrayLike<number>, part: Int32Array): void {
    this.#screen.begin(part, this.#peaks);
    this.#narrow(point, sum.top - NEGLIGIBLE);
    this.#screen.addTo(sum, this.#bySlot);
  }

  #logOf({ top, value }: ScaledSum): number {
    return top + Math.log(value) - this.#logTotal;
  }

  /** Leaves those kernels that are above the floor at a point. */
  #narrow(point: ArrayLike<number>, floor: number): void {
    const none = this.#nothing;
    for (let s = 0; s < this.#smooth.length; s += 3) {
      const [a, b, c] = [this.#smooth[s]!, this.#smooth[s + 1] ?? none, this.#smooth[s + 2] ?? none];
      this.#screen.narrow(floor, point[a.at]!, a.column, point[b.at]!, b.column, point[c.at]!, c.column);
    }
    for (let s = 0; s < this.#coded.length; s += 3) {
      const [a, b, c] = [this.#coded[s]!, this.#coded[s + 1] ?? none, this.#coded[s + 2] ?? none];
      this.#screen.look(floor, point[a.at]!, a.column, point[b.at]!, b.column, point[c.at]!, c.column);
    }
  }
}
