import { dominates, type Losses } from './domination.ts';

/**
 * Volume between some points and a reference point that is worse in every objective: the union of the boxes they span. Exact. By a sweep for up to three
 * objectives (Beume et al. 2009, "On the complexity of computing the hypervolume indicator"), beyond by exclusive volumes (WFG; While, Bradstreet &
 * Barone 2012).
 *
 * @param points to be minimised; a point that is not better than the reference in every objective has no volume.
 */
export function hypervolume(points: readonly Losses[], reference: Losses): number {
  return volume(
    points.filter((p) => reference.every((r, k) => p[k]! < r)),
    reference,
  );
}

function volume(points: readonly Losses[], reference: Losses): number {
  const [right, top, end] = reference;
  if (reference.length === 1) return points.reduce((most, [x]) => Math.max(most, right! - x!), 0);
  if (reference.length === 2) return area(points, right!, top!);
  return reference.length === 3 ? sweepVolume(points, right!, top!, end!) : sumOfExclusives(points, reference);
}

/** The volume that a point adds to others: its own box minus the part that theirs cover. */
function exclusiveVolume(p: Losses, others: readonly Losses[], reference: Losses): number {
  const box = p.reduce((product, x, k) => product * (reference[k]! - x), 1);
  const limited = others.map((q) => q.map((x, k) => Math.max(x, p[k]!)));
  const kept = limited.filter((a, i) => !limited.some((b, j) => dominates(b, a) || (j < i && b.every((x, k) => x === a[k]))));
  return box - volume(kept, reference);
}

/** Sorted so that the worst in the last objective come first, later points limit the boxes most. */
function sumOfExclusives(points: readonly Losses[], reference: Losses): number {
  const order = points.toSorted((a, b) => b.at(-1)! - a.at(-1)!);
  return order.reduce((sum, p, i) => sum + exclusiveVolume(p, order.slice(i + 1), reference), 0);
}

function area(points: readonly Losses[], right: number, top: number): number {
  const stairs: Stair[] = [];
  return points.reduce((sum, [x, y]) => sum + addCorner(stairs, x!, y!, right, top), 0);
}

/** Sweeps a plane along the third objective and integrates the dominated area. */
function sweepVolume(points: readonly Losses[], right: number, top: number, end: number): number {
  const stairs: Stair[] = [];
  let [sum, base, from] = [0, 0, end];
  for (const [x, y, z] of points.toSorted((a, b) => a[2]! - b[2]!)) {
    sum += base * (z! - from);
    base += addCorner(stairs, x!, y!, right, top);
    from = z!;
  }
  return sum + base * (end - from);
}

/** A corner of a staircase: x ascends and y descends from one to the next. */
type Stair = readonly [x: number, y: number];

/** Adds a corner to a staircase and removes those that it dominates. Returns the gain in area. */
function addCorner(stairs: Stair[], x: number, y: number, right: number, top: number): number {
  let from = 0;
  while (from < stairs.length && stairs[from]![0] < x) from++;
  let ceiling = from > 0 ? stairs[from - 1]![1] : top;
  if (ceiling <= y || (stairs[from]?.[0] === x && stairs[from]![1] <= y)) return 0;
  let gain = 0;
  let left = x;
  let to = from;
  for (; to < stairs.length && stairs[to]![1] >= y; to++) {
    gain += (stairs[to]![0] - left) * (ceiling - y);
    [left, ceiling] = stairs[to]!;
  }
  gain += ((stairs[to]?.[0] ?? right) - left) * (ceiling - y);
  stairs.splice(from, to - from, [x, y]);
  return gain;
}

/** The reference point lies this far beyond the worst losses, as a share of their range, so that the ends of a front count. */
const MARGIN = 0.1;

/**
 * The indices of `count` of some trials that together dominate much volume: each next one adds the most (a greedy choice is within 1 - 1/e of
 * the best; Guerreiro, Fonseca & Paquete 2016).
 */
export function greedyHypervolumeSubset(trials: readonly Losses[], count: number): number[] {
  const points = normalise(trials);
  const corner = points[0]?.map(() => 1) ?? [];
  // A gain only falls as others are chosen, so an old one is an upper bound, and few must be computed again.
  const open = points.map((p, i) => ({ i, gain: exclusiveVolume(p, [], corner), chosen: 0 }));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, trials.length)) {
    open.sort((a, b) => b.gain - a.gain || a.i - b.i);
    const [first] = open;
    if (first!.chosen === chosen.length) {
      chosen.push(first!.i);
      open.shift();
    } else {
      const others = chosen.map((i) => points[i]!);
      open[0] = { i: first!.i, gain: exclusiveVolume(points[first!.i]!, others, corner), chosen: chosen.length };
    }
  }
  return chosen;
}

/** The volume that each trial alone dominates, as a share of the box up to the reference point. */
export function exclusiveContributions(trials: readonly Losses[]): number[] {
  const points = normalise(trials);
  return points.map((p, i) =>
    exclusiveVolume(
      p,
      points.toSpliced(i, 1),
      p.map(() => 1),
    ),
  );
}

/** Scales losses to the unit cube; the reference point becomes (1, ..., 1). */
function normalise(trials: readonly Losses[]): Losses[] {
  const least = trials[0]!.map((_, k) => Math.min(...trials.map((t) => t[k]!)));
  const range = least.map((low, k) => Math.max(...trials.map((t) => t[k]! - low)) * (1 + MARGIN));
  return trials.map((t) => t.map((x, k) => (range[k]! > 0 && range[k]! < Number.POSITIVE_INFINITY ? (x - least[k]!) / range[k]! : 0)));
}
