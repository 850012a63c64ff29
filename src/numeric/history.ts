/** An immutable view of the first `length` items of a shared buffer that only grows: `push` is O(1), and older views stay valid. */
export class History<T> {
  readonly length: number;
  readonly #buffer: T[];

  private constructor(buffer: T[], length: number) {
    this.#buffer = buffer;
    this.length = length;
  }

  static of<T>(...items: T[]): History<T> {
    return new History(items, items.length);
  }

  /** The history with one more item. A second branch from the same view copies. */
  push(item: T): History<T> {
    const buffer = this.length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.length);
    buffer.push(item);
    return new History(buffer, this.length + 1);
  }

  at(index: number): T | undefined {
    return index < this.length ? this.#buffer[index] : undefined;
  }

  toArray(): T[] {
    return this.#buffer.slice(0, this.length);
  }

  /**
   * A fold over histories that caches its progress: a longer view of the same buffer costs only its new items. If `step` is deterministic, the result
   * depends only on the items.
   *
   * @param start a fresh accumulator
   * @param step adds an item to the accumulator, in place
   */
  static folding<T, A>(start: () => A, step: (accumulator: A, item: T) => void): (history: History<T>) => A {
    const known = new WeakMap<T[], { accumulator: A; length: number }>();
    return (history) => {
      let run = known.get(history.#buffer);
      if (run === undefined || run.length > history.length) {
        run = { accumulator: start(), length: 0 };
        known.set(history.#buffer, run);
      }
      while (run.length < history.length) step(run.accumulator, history.#buffer[run.length++]!);
      return run.accumulator;
    };
  }
}
