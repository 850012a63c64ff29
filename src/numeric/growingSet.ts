/**
 * A set that only grows, as an immutable value: the first `size` of the items in a shared map. Adding is O(1) and leaves older values
 * valid; only a value that others have grown past is copied.
 */
export interface GrowingSet<T> {
  readonly size: number;
  readonly ranks: ReadonlyMap<T, number>;
}

export const emptySet = <T>(): GrowingSet<T> => ({ size: 0, ranks: new Map() });

export const has = <T>({ ranks, size }: GrowingSet<T>, item: T): boolean => (ranks.get(item) ?? size) < size;

/** The set with one item more; the same one where it has it. */
export function add<T>(set: GrowingSet<T>, item: T): GrowingSet<T> {
  if (has(set, item)) return set;
  const { size, ranks } = set;
  const own = (ranks.size === size ? ranks : new Map([...ranks].filter(([, rank]) => rank < size))) as Map<T, number>;
  own.set(item, size);
  return { size: size + 1, ranks: own };
}
