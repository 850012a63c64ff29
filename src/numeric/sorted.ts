/** How many items of a sorted array come before a new one. Equal items come before it. */
export function rankOf<T>(sorted: readonly T[], item: T, precedes: (a: T, b: T) => boolean): number {
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
  const rank = rankOf(sorted, item, precedes);
  if (rank === sorted.length) sorted.push(item);
  else sorted.splice(rank, 0, item);
}

export const ascending = (a: number, b: number): boolean => a < b;
