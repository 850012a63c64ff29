import { grouped } from '../grouped.ts';
import { fronts, type Losses } from './domination.ts';

/**
 * The crowding distance of each trial of a front: the sum of the sides of the box between its neighbours, each as a share of the front's range;
 * infinite at the ends of an objective (Deb, Pratap, Agarwal & Meyarivan, "NSGA-II", 2002, section III-B).
 */
export function crowdingDistances(front: readonly Losses[]): number[] {
  const distances = front.map(() => 0);
  const objectives = Math.max(0, ...front.map((losses) => losses.length));
  for (let k = 0; k < objectives; k++) {
    const order = [...front.keys()].sort((a, b) => front[a]![k]! - front[b]![k]! || a - b);
    const [first, last] = [order[0]!, order.at(-1)!];
    const range = front[last]![k]! - front[first]![k]!;
    distances[first] = distances[last] = Number.POSITIVE_INFINITY;
    if (!(range > 0 && range < Number.POSITIVE_INFINITY)) continue;
    for (let r = 1; r < order.length - 1; r++) {
      distances[order[r]!]! += (front[order[r + 1]!]![k]! - front[order[r - 1]!]![k]!) / range;
    }
  }
  return distances;
}

/**
 * The indices of the `size` least crowded trials of a front, the least crowded first. The most crowded one is removed one at a time, which increases
 * the distances of its neighbours (Kukkonen & Deb, "Improved pruning of non-dominated solutions based on crowding distance", 2006).
 */
export function leastCrowded(front: readonly Losses[], size: number): number[] {
  let left = [...front.keys()];
  for (;;) {
    const distances = crowdingDistances(left.map((i) => front[i]!));
    if (left.length <= size) return byDistance(distances).map((k) => left[k]!);
    left = left.toSpliced(argmin(distances), 1);
  }
}

/**
 * The place of each result among all, from 1: the fronts one after the other and, within a front, the least crowded first (the crowded comparison of
 * NSGA-II). Equal results share the best place, and so do the ends of a front.
 */
export function crowdedPlaces(results: readonly Losses[]): number[] {
  const groups = [...grouped(results.keys(), (i) => results[i]!.join()).values()];
  const different = groups.map(([first]) => results[first!]!);
  const places = new Array<number>(results.length);
  let placed = 0;
  for (const front of fronts(different)) {
    const distances = crowdingDistances(front.map((i) => different[i]!));
    let [place, last] = [placed + 1, Number.POSITIVE_INFINITY];
    for (const k of byDistance(distances)) {
      if (distances[k] !== last) [place, last] = [placed + 1, distances[k]!];
      const group = groups[front[k]!]!;
      for (const i of group) places[i] = place;
      placed += group.length;
    }
  }
  return places;
}

const byDistance = (distances: readonly number[]): number[] =>
  [...distances.keys()].sort((a, b) => (distances[a] === distances[b] ? a - b : distances[b]! - distances[a]!));

const argmin = (values: readonly number[]): number => values.reduce((least, x, i) => (x < values[least]! ? i : least), 0);
