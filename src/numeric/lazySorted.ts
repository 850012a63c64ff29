import { insertSorted, rankOf } from './sorted.ts';

/** Up to this many changes are made one by one. */
const FEW_CHANGES = 16;
/** The number of first items that are kept in order, including spare ones for those that are removed. */
const FIRST_ITEMS = 64;

/**
 * Items that are sorted when they are read: a hundred thousand additions between two reads cost one sort, not as many insertions into a long
 * array.
 */
export class LazySorted<T> {
  readonly #compare: (a: T, b: T) => number;
  #items: T[] = [];
  #added: T[] = [];
  /** Perhaps some that are among `#added`. */
  readonly #removed = new Set<T>();
  /** The first of all items, in order. */
  readonly #first: T[] = [];
  #size = 0;

  /** @param compare a total order: only equal items compare as equal */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** Adds a new item, which was not there before. */
  add(item: T): void {
    this.#added.push(item);
    this.#keepIfFirst(item, this.#first.length === this.#size++);
  }

  /** Removes an existing item. */
  remove(item: T): void {
    this.#removed.add(item);
    this.#size--;
    const at = this.#first.indexOf(item);
    if (at >= 0) this.#first.splice(at, 1);
  }

  get size(): number {
    return this.#size;
  }

  /** The first items, at most 64. It costs no sort of the others. */
  first(count: number): readonly T[] {
    if (this.#first.length < Math.min(count, this.#size)) {
      this.#first.length = 0;
      let seen = 0;
      const visit = (item: T) => this.#keepIfFirst(item, this.#first.length === seen++);
      for (const items of [this.#items, this.#added]) for (const item of items) if (!this.#removed.has(item)) visit(item);
    }
    return this.#first.slice(0, count);
  }

  /** @param areAll whether there are no items besides the first ones and this one */
  #keepIfFirst(item: T, areAll: boolean): void {
    const last = this.#first.at(-1);
    if (last !== undefined && this.#compare(item, last) > 0 && !(areAll && this.#first.length < FIRST_ITEMS)) return;
    if (last === undefined && !areAll) return;
    insertSorted(this.#first, item, (a, b) => this.#compare(a, b) < 0);
    if (this.#first.length > FIRST_ITEMS) this.#first.pop();
  }

  /** In ascending order, until the next change. */
  get items(): readonly T[] {
    if (this.#added.length + this.#removed.size <= FEW_CHANGES) {
      for (const item of this.#added) this.#items.splice(this.#rankOf(item), 0, item);
      for (const item of this.#removed) this.#items.splice(this.#rankOf(item) - 1, 1);
    } else this.#items = [...this.#items, ...this.#added].filter((item) => !this.#removed.has(item)).sort(this.#compare);
    this.#added = [];
    this.#removed.clear();
    return this.#items;
  }

  /** How many items do not come after one. */
  #rankOf(item: T): number {
    return rankOf(this.#items, item, (a, b) => this.#compare(a, b) < 0);
  }
}
