/**
 * The kernel means of one axis in order, with the distance of each to its farther neighbour. Equal means are ordered by slot, so the distances do
 * not depend on the order of insertion.
 */
export class Neighbours {
  readonly #means: (slot: number) => number;
  readonly #changed: (slot: number, gap: number) => void;
  #order = new Int32Array(16);
  #size = 0;

  /** @param changed called for each slot whose distance changes */
  constructor(means: (slot: number) => number, changed: (slot: number, gap: number) => void) {
    this.#means = means;
    this.#changed = changed;
  }

  add(slot: number): void {
    if (this.#size === this.#order.length) {
      const larger = new Int32Array(2 * this.#size);
      larger.set(this.#order);
      this.#order = larger;
    }
    const i = this.#place(slot);
    this.#order.copyWithin(i + 1, i, this.#size++);
    this.#order[i] = slot;
    this.#measure(i - 1, i + 1);
  }

  remove(slot: number): void {
    const i = this.#place(slot);
    this.#order.copyWithin(i, i + 1, this.#size--);
    this.#measure(i - 1, i);
  }

  /** The position of a slot, or where it belongs. */
  #place(slot: number): number {
    const mean = this.#means(slot);
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#order[middle]!;
      const m = this.#means(other);
      if (m < mean || (m === mean && other < slot)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #measure(from: number, to: number): void {
    for (let i = Math.max(0, from); i <= to && i < this.#size; i++) this.#changed(this.#order[i]!, this.#gap(i));
  }

  /** The ends of the range count as neighbours only if there is a single mean (Optuna's `consider_endpoints=False`). */
  #gap(i: number): number {
    const mean = this.#means(this.#order[i]!);
    if (this.#size === 1) return Math.max(mean, 1 - mean);
    const left = i > 0 ? mean - this.#means(this.#order[i - 1]!) : 0;
    const right = i < this.#size - 1 ? this.#means(this.#order[i + 1]!) - mean : 0;
    return Math.max(left, right);
  }
}
