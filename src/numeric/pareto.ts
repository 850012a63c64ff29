/** Losses of one trial, one per objective, all minimised. What is missing counts as infinite. */
export type Losses = readonly number[];

/** Whether a is nowhere worse than b, and somewhere better. */
export const dominates = (a: Losses, b: Losses): boolean =>
  a.every((x, i) => x <= (b[i] ?? Number.POSITIVE_INFINITY)) && a.some((x, i) => x < (b[i] ?? Number.POSITIVE_INFINITY));

/** Splits trials into fronts, best first: none of a front is dominated by one of the same front or of a later one. Yields their indices. */
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

/** Volume between some points of the unit cube and its worst corner, the union of the boxes they span (While, Bradstreet & Barone 2012). */
export function hypervolume(points: readonly Losses[]): number {
  let volume = 0;
  for (const [i, p] of points.entries()) volume += exclusive(p, points.slice(i + 1));
  return volume;
}

/** What a point adds to the volume of others: its own box less what theirs cover of it. */
function exclusive(p: Losses, others: readonly Losses[]): number {
  const box = p.reduce((product, x) => product * (1 - x), 1);
  const limited = others.map((q) => q.map((x, i) => Math.max(x, p[i]!)));
  const kept = limited.filter((a, i) => !limited.some((b, j) => dominates(b, a) || (j < i && b.every((x, k) => x === a[k]))));
  return box - hypervolume(kept);
}

/** The worst corner lies this much beyond the worst losses, in ranges, so that the ends of a front count. */
const BEYOND = 0.1;

/**
 * The indices of `count` of some trials that together dominate much volume: each next one adds the most (a greedy choice is within 1 - 1/e of
 * the best; Guerreiro, Fonseca & Paquete 2016).
 */
export function spread(trials: readonly Losses[], count: number): number[] {
  const points = normalised(trials);
  // A gain only falls as others are chosen, so an old one is an upper bound, and few must be computed anew.
  const open = points.map((p, i) => ({ i, gain: exclusive(p, []), chosen: 0 }));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, trials.length)) {
    open.sort((a, b) => b.gain - a.gain || a.i - b.i);
    const [first] = open;
    if (first!.chosen === chosen.length) {
      chosen.push(first!.i);
      open.shift();
    } else {
      const others = chosen.map((i) => points[i]!);
      open[0] = { i: first!.i, gain: exclusive(points[first!.i]!, others), chosen: chosen.length };
    }
  }
  return chosen;
}

/** Losses in the unit cube, its worst corner a little beyond the worst of each. */
function normalised(trials: readonly Losses[]): Losses[] {
  const least = trials[0]!.map((_, k) => Math.min(...trials.map((t) => t[k]!)));
  const range = least.map((low, k) => Math.max(...trials.map((t) => t[k]! - low)) * (1 + BEYOND));
  return trials.map((t) => t.map((x, k) => (range[k]! > 0 && range[k]! < Number.POSITIVE_INFINITY ? (x - least[k]!) / range[k]! : 0)));
}
