/** The losses of a trial, one per objective, all minimised. A missing one counts as infinite. */
export type Losses = readonly number[];

/** Whether a is at least as good as b in every objective, and better in one. */
export const dominates = (a: Losses, b: Losses): boolean =>
  a.every((x, i) => x <= (b[i] ?? Number.POSITIVE_INFINITY)) && a.some((x, i) => x < (b[i] ?? Number.POSITIVE_INFINITY));

/** Splits trials into fronts, best first: no trial is dominated by one of its own or a later front. Yields the indices of each. */
export function* fronts(trials: readonly Losses[]): Generator<readonly number[]> {
  // In lexicographic order a trial comes after all that dominate it.
  let rest = trials.map((_, i) => i).sort((a, b) => lexicographic(trials[a]!, trials[b]!) || a - b);
  while (rest.length > 0) {
    const front: number[] = [];
    const later: number[] = [];
    for (const i of rest) (front.some((j) => dominates(trials[j]!, trials[i]!)) ? later : front).push(i);
    yield front;
    rest = later;
  }
}

function lexicographic(a: Losses, b: Losses): number {
  for (const [i, x] of a.entries()) if (x !== b[i]) return x < (b[i] ?? Number.POSITIVE_INFINITY) ? -1 : 1;
  return 0;
}
