/** Where the kernels of one axis stand, by slot: means and 1 / (sigma sqrt(2)). */
export interface Bells {
  readonly means: Float64Array;
  readonly precisions: Float64Array;
}

/** Kernels of which there are few different ones on an axis: which one each slot has, and what each says of one value, by its code. */
export interface Coded {
  readonly codes: Int32Array;
  logDensities(x: number): Float64Array;
}

/** A sum of exponentials that cannot overflow: `value` times exp(`top`). */
export interface ScaledSum {
  top: number;
  value: number;
}

/**
 * The kernels that may still matter at a point, with what their log densities have come to so far. Axes are taken in groups, and kernels that
 * have fallen below a floor leave after each: with many kernels, most do after the first. Branches that depend on the data would cost more than
 * the arithmetic, so a kernel leaves by being overwritten.
 */
export class Screen {
  #slots = new Int32Array(0);
  #terms = new Float64Array(0);
  #count = 0;

  /** All kernels, with their log densities at their means. */
  begin(slots: Int32Array, peaks: Float64Array): void {
    const n = slots.length;
    if (this.#slots.length < n) {
      this.#slots = new Int32Array(2 * n);
      this.#terms = new Float64Array(2 * n);
    }
    this.#slots.set(slots);
    for (let i = 0; i < n; i++) this.#terms[i] = peaks[slots[i]!]!;
    this.#count = n;
  }

  /** Takes off the squares on three axes, where the point has the coordinates x, y and z. */
  narrow(floor: number, x: number, a: Bells, y: number, b: Bells, z: number, c: Bells): void {
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

  /** Adds what three axes with codes say of each kernel, where the point has the values x, y and z. */
  look(floor: number, x: number, a: Coded, y: number, b: Coded, z: number, c: Coded): void {
    const [slots, terms] = [this.#slots, this.#terms];
    const [codesA, codesB, codesC] = [a.codes, b.codes, c.codes];
    const [saysA, saysB, saysC] = [a.logDensities(x), b.logDensities(y), c.logDensities(z)];
    const before = this.#count;
    let count = 0;
    for (let i = 0; i < before; i++) {
      const slot = slots[i]!;
      const term = terms[i]! + saysA[codesA[slot]!]! + saysB[codesB[slot]!]! + saysC[codesC[slot]!]!;
      slots[count] = slot;
      terms[count] = term;
      if (term > floor) count++;
    }
    this.#count = count;
  }

  /** Adds the weighted densities of those that are left, weights by slot. */
  addTo(sum: ScaledSum, weights: Float64Array): void {
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
