/** How many items of a sorted array come before a new one. Equal items come before it. */
export function rankOf<T, N = T>(sorted: readonly T[], item: N, precedes: (item: N, other: T) => boolean): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (precedes(item, sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Inserts an item into a sorted array, after equal items. */
export function insertSorted<T>(sorted: T[], item: T, precedes: (a: T, b: T) => boolean): void {
  if (sorted.length === 0 || !precedes(item, sorted.at(-1)!)) sorted.push(item);
  else sorted.splice(rankOf(sorted, item, precedes), 0, item);
}

export const ascending = (a: number, b: number): boolean => a < b;
