/**
 * A set that only grows, as an immutable value: the first `size` of the items in a shared map. Adding is O(1) and leaves older values
 * valid; only a value that others have grown past is copied.
 */
export class GrowingSet<T> {
  readonly size: number;
  readonly #ranks: Map<T, number>;

  private constructor(ranks: Map<T, number>, size: number) {
    this.#ranks = ranks;
    this.size = size;
  }

  static empty<T>(): GrowingSet<T> {
    return new GrowingSet(new Map(), 0);
  }

  has(item: T): boolean {
    return (this.#ranks.get(item) ?? this.size) < this.size;
  }

  /** The set with one more item; the same set if it already has the item. */
  add(item: T): GrowingSet<T> {
    if (this.has(item)) return this;
    // The empty set may be one that all studies begin with: it keeps the items of none.
    const ranks = this.size > 0 && this.#ranks.size === this.size ? this.#ranks : new Map(this.#owned());
    ranks.set(item, this.size);
    return new GrowingSet(ranks, this.size + 1);
  }

  toArray(): T[] {
    return Array.from(this.#owned(), ([item]) => item);
  }

  #owned(): [T, number][] {
    return this.size === 0 ? [] : [...this.#ranks].filter(([, rank]) => rank < this.size);
  }
}
