import { CategoryColumn, CellColumn, type Column, SmoothColumn } from './columns.ts';
import type { Rng } from './random.ts';
import { firstAbove, type Support } from './support.ts';

/** How many of the newest observations count fully. */
const RECENT = 25;

/** Weights of n observations, oldest first: the newest 25 count fully, older ones ever less, down to 1 / n (Bergstra, Yamins & Cox 2013). */
export function recencyWeights(n: number): Float64Array {
  const old = Math.max(0, n - RECENT);
  return Float64Array.from({ length: n }, (_, i) => (i >= old ? 1 : 1 / n + (old > 1 ? (i / (old - 1)) * (1 - 1 / n) : 0)));
}

/** A kernel this far below the largest one, in log, changes no digit that matters. */
const NEGLIGIBLE = 32;

const columnOf = (support: Support, priorWeight: number): Column => {
  const { cells } = support;
  if (cells === undefined) return new SmoothColumn(support);
  return support.ordered ? new CellColumn({ ...support, cells }) : new CategoryColumn({ ...support, cells }, priorWeight);
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
  readonly columns: readonly Column[];
  readonly #priorWeight: number;
  readonly #smooth: readonly SmoothColumn[];
  readonly #smoothAt: readonly number[];
  readonly #otherAt: readonly number[];
  readonly #inside = new Set<number>();
  #slots: readonly number[] = [];
  #logWeights = new Float64Array(0);
  #cumulative = new Float64Array(0);
  #settled = false;

  /** @param priorWeight weight of the prior component, against 1 for a recent observation */
  constructor(supports: readonly Support[], priorWeight = 1) {
    this.#priorWeight = priorWeight;
    this.columns = supports.map((support) => columnOf(support, priorWeight));
    const places = this.columns.map((_, j) => j);
    this.#smoothAt = places.filter((j) => this.columns[j] instanceof SmoothColumn);
    this.#otherAt = places.filter((j) => !(this.columns[j] instanceof SmoothColumn));
    this.#smooth = this.#smoothAt.map((j) => this.columns[j] as SmoothColumn);
  }

  get size(): number {
    return this.#inside.size;
  }

  /** @param x one number per axis: a coordinate, or the number of its cell */
  add(slot: number, x: ArrayLike<number>): void {
    this.#inside.add(slot);
    for (const [j, column] of this.columns.entries()) column.add(slot, x[j]!);
    this.#settled = false;
  }

  remove(slot: number): void {
    this.#inside.delete(slot);
    for (const column of this.columns) column.remove(slot);
    this.#settled = false;
  }

  /** The slots inside, oldest first. */
  get slots(): readonly number[] {
    this.#settle();
    return this.#slots;
  }

  /** Weight of each component, in the order of `slots`, the prior last; they sum to one. */
  get weights(): Float64Array {
    this.#settle();
    return this.#logWeights.map(Math.exp);
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#slots = [...this.#inside].sort((a, b) => a - b);
    const n = this.#slots.length;
    for (const column of this.columns) column.settle(n);
    const weights = new Float64Array(n + 1);
    weights.set(recencyWeights(n));
    weights[n] = n > 0 ? this.#priorWeight : 1;
    this.#cumulative = new Float64Array(n + 1);
    let total = 0;
    for (let k = 0; k <= n; k++) this.#cumulative[k] = total += weights[k]!;
    this.#logWeights = weights.map((w) => Math.log(w / total));
  }

  /** One draw: a component by its weight, then each axis from its kernel. */
  draw(rng: Rng): number[] {
    this.#settle();
    const n = this.#slots.length;
    const k = firstAbove(this.#cumulative, rng() * this.#cumulative[n]!);
    return this.columns.map((column) => (k < n ? column.draw(this.#slots[k]!, rng) : column.prior.draw(rng)));
  }

  /** log density at each of some points; a mass on axes with cells. */
  logDensities(points: readonly ArrayLike<number>[]): Float64Array {
    this.#settle();
    const count = points.length;
    const width = this.#smooth.length;
    const x = new Float64Array(count * width);
    for (let c = 0; c < count; c++) for (let s = 0; s < width; s++) x[c * width + s] = points[c]![this.#smoothAt[s]!]!;
    const { top, sum } = this.#priorTerms(points);
    const means = new Float64Array(width);
    const precisions = new Float64Array(width);
    for (let k = 0; k < this.#slots.length; k++) {
      const slot = this.#slots[k]!;
      let peak = this.#logWeights[k]!;
      for (let s = 0; s < width; s++) {
        const column = this.#smooth[s]!;
        means[s] = column.mean(slot);
        precisions[s] = Math.SQRT1_2 / column.sigma(slot);
        peak += column.peak(slot);
      }
      for (let c = 0; c < count; c++) {
        const floor = top[c]! - NEGLIGIBLE;
        let term = peak;
        for (let s = 0, i = c * width; s < width && term > floor; s++, i++) {
          const z = (x[i]! - means[s]!) * precisions[s]!;
          term -= z * z;
        }
        for (let o = 0; o < this.#otherAt.length && term > floor; o++) {
          const j = this.#otherAt[o]!;
          term += this.columns[j]!.logDensity(slot, points[c]![j]!);
        }
        if (term <= floor) continue;
        if (term > top[c]!) {
          sum[c] = sum[c]! * Math.exp(top[c]! - term) + 1;
          top[c] = term;
        } else sum[c]! += Math.exp(term - top[c]!);
      }
    }
    return top.map((t, c) => t + Math.log(sum[c]!));
  }

  /** The running sums of exponentials start with the prior component: `sum` times exp(`top`). */
  #priorTerms(points: readonly ArrayLike<number>[]): { top: Float64Array; sum: Float64Array } {
    const weight = this.#logWeights[this.#slots.length]!;
    const top = Float64Array.from(points, (point) => this.columns.reduce((t, { prior }, j) => t + prior.logDensity(point[j]!), weight));
    return { top, sum: new Float64Array(points.length).fill(1) };
  }
}
