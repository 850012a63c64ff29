/** The normal kernels of one axis, by slot: means and 1 / (sigma sqrt(2)). */
export interface NormalKernels {
  readonly means: Float64Array;
  readonly precisions: Float64Array;
}

/** The kernels of a discrete axis. Few are distinct: each slot has the code of its kernel. */
export interface CodedKernels {
  readonly codes: Int32Array;
  /** The log density of each distinct kernel at a value, by code. */
  logDensities(x: number): Float64Array;
}

/** A sum of exponentials that cannot overflow: `value` times exp(`top`). */
export interface ScaledSum {
  top: number;
  value: number;
}

/**
 * Sums the log densities of kernels at a point, axis by axis, and drops kernels whose sum falls below a floor. Axes come in groups of three; with
 * many kernels, most are dropped after the first group. A data-dependent branch would cost more than the arithmetic, so each kernel is written and
 * dropped kernels are overwritten.
 */
export class KernelPruner {
  #slots = new Int32Array(0);
  #terms = new Float64Array(0);
  #count = 0;

  /** Starts with all kernels and their log densities at their means. */
  start(slots: Int32Array, peaks: Float64Array): void {
    const n = slots.length;
    if (this.#slots.length < n) {
      this.#slots = new Int32Array(2 * n);
      this.#terms = new Float64Array(2 * n);
    }
    this.#slots.set(slots);
    for (let i = 0; i < n; i++) this.#terms[i] = peaks[slots[i]!]!;
    this.#count = n;
  }

  /** Adds three continuous axes, on which the point has the coordinates x, y and z. */
  addNormals(floor: number, x: number, a: NormalKernels, y: number, b: NormalKernels, z: number, c: NormalKernels): void {
    const [slots, terms] = [this.#slots, this.#terms];
    const [meansA, meansB, meansC] = [a.means, b.means, c.means];
    const [precisionsA, precisionsB, precisionsC] = [a.precisions, b.precisions, c.precisions];
    const before = this.#count;
    let count = 0;
    for (let i = 0; i < before; i++) {
      const slot = slots[i]!;
      const p = (x - meansA[slot]!) * precisionsA[slot]!;
      const q = (y - meansB[slot]!) * precisionsB[slot]!;
      const r = (z - meansC[slot]!) * precisionsC[slot]!;
      const term = terms[i]! - (p * p + q * q + r * r);
      slots[count] = slot;
      terms[count] = term;
      if (term > floor) count++;
    }
    this.#count = count;
  }

  /** Adds three discrete axes, on which the point has the values x, y and z. */
  addCoded(floor: number, x: number, a: CodedKernels, y: number, b: CodedKernels, z: number, c: CodedKernels): void {
    const [slots, terms] = [this.#slots, this.#terms];
    const [codesA, codesB, codesC] = [a.codes, b.codes, c.codes];
    const [logDensitiesA, logDensitiesB, logDensitiesC] = [a.logDensities(x), b.logDensities(y), c.logDensities(z)];
    const before = this.#count;
    let count = 0;
    for (let i = 0; i < before; i++) {
      const slot = slots[i]!;
      const term = terms[i]! + logDensitiesA[codesA[slot]!]! + logDensitiesB[codesB[slot]!]! + logDensitiesC[codesC[slot]!]!;
      slots[count] = slot;
      terms[count] = term;
      if (term > floor) count++;
    }
    this.#count = count;
  }

  /** Adds the weighted densities of the remaining kernels to a sum. @param weights by slot */
  addDensitiesTo(sum: ScaledSum, weights: Float64Array): void {
    const [slots, terms, count] = [this.#slots, this.#terms, this.#count];
    let top = sum.top;
    for (let i = 0; i < count; i++) if (terms[i]! > top) top = terms[i]!;
    if (top === Number.NEGATIVE_INFINITY) return;
    let value = sum.value * Math.exp(sum.top - top);
    for (let i = 0; i < count; i++) value += weights[slots[i]!]! * Math.exp(terms[i]! - top);
    sum.top = top;
    sum.value = value;
  }
}
