import { rankOf } from './sorted.ts';

/** With so few changes, each is made on its own. */
const FEW = 16;

/**
 * Items that are sorted when they are read: a hundred thousand additions between two reads cost one sort, not as many insertions into a long
 * array.
 */
export class LazySorted<T> {
  readonly #compare: (a: T, b: T) => number;
  #items: T[] = [];
  #added = new Set<T>();
  #removed = new Set<T>();

  /** @param compare a total order: only equal items compare as equal */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** Adds an item that was never there. */
  add(item: T): void {
    this.#added.add(item);
  }

  /** Removes an item that is there. */
  remove(item: T): void {
    if (!this.#added.delete(item)) this.#removed.add(item);
  }

  /** In ascending order, until the next change. */
  get items(): readonly T[] {
    if (this.#added.size + this.#removed.size <= FEW) {
      for (const item of this.#removed) this.#items.splice(this.#rankOf(item) - 1, 1);
      for (const item of this.#added) this.#items.splice(this.#rankOf(item), 0, item);
    } else this.#items = [...this.#items.filter((item) => !this.#removed.has(item)), ...this.#added].sort(this.#compare);
    this.#added.clear();
    this.#removed.clear();
    return this.#items;
  }

  /** How many items do not come after one. */
  #rankOf(item: T): number {
    return rankOf(this.#items, item, (a, b) => this.#compare(a, b) < 0);
  }
}
