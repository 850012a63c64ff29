/** Up to this many slots are inserted one by one. */
const FEW_SLOTS = 16;

/** The first index whose number is not less than x. */
function lowerBound(sorted: Float64Array, x: number): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The kernel means of one axis in order, with the distance of each to its farther neighbour. Equal means are ordered by slot, so the distances do
 * not depend on the order of insertion.
 */
export class Neighbours {
  readonly #means: (slot: number) => number;
  readonly #changed: (slot: number, gap: number) => void;
  #order = new Int32Array(16);
  #size = 0;
  /** Slots without a place: finding the places of many together costs less than inserting them one by one. */
  #added: number[] = [];

  /** @param changed called for each slot whose distance changes */
  constructor(means: (slot: number) => number, changed: (slot: number, gap: number) => void) {
    this.#means = means;
    this.#changed = changed;
  }

  /** The slots that have a place, by mean. */
  get slots(): Int32Array {
    return this.#order.subarray(0, this.#size);
  }

  /** Adds a slot, whose distance `settle` reports. */
  add(slot: number): void {
    this.#added.push(slot);
  }

  /** Gives each slot its place, and reports the distances that have changed. */
  settle(): void {
    const added = this.#added;
    if (added.length === 0) return;
    this.#added = [];
    this.#reserve(this.#size + added.length);
    if (added.length <= FEW_SLOTS) for (const slot of added) this.#insert(slot);
    else this.#sort(added);
  }

  #reserve(size: number): void {
    if (size <= this.#order.length) return;
    const larger = new Int32Array(2 * size);
    larger.set(this.#order);
    this.#order = larger;
  }

  /** Typed arrays sort numbers several times as fast as a comparison of slots would. */
  #sort(added: readonly number[]): void {
    const slots = new Int32Array(this.#size + added.length);
    slots.set(this.slots);
    slots.set(added, this.#size);
    slots.sort();
    const means = new Float64Array(slots.length);
    for (let k = 0; k < slots.length; k++) means[k] = this.#means(slots[k]!);
    const sorted = means.slice().sort();
    const equals = new Int32Array(slots.length);
    for (let k = 0; k < slots.length; k++) {
      const first = lowerBound(sorted, means[k]!);
      this.#order[first + equals[first]!++] = slots[k]!;
    }
    this.#size = slots.length;
    this.#measure(0, this.#size);
  }

  #insert(slot: number): void {
    const i = this.#place(slot);
    this.#order.copyWithin(i + 1, i, this.#size++);
    this.#order[i] = slot;
    this.#measure(i - 1, i + 1);
  }

  remove(slot: number): void {
    const waiting = this.#added.lastIndexOf(slot);
    if (waiting >= 0) return void this.#added.splice(waiting, 1);
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
