import { leastCrowded } from '../../numeric/pareto/crowding.ts';
import { fronts, type Losses } from '../../numeric/pareto/domination.ts';
import { compareRanked, type RankedTrial, sameTier } from '../rankedTrial.ts';
import type { Individual, Population } from './population.ts';

/**
 * Splits trials into fronts, best first. Feasible ones come before infeasible ones, and those by what they violate (constrained domination,
 * Deb et al. 2002); completed before stopped, a higher budget before a lower; trials that are equal in all this, by domination of their losses.
 */
export function* frontsOf<T extends { readonly standing: RankedTrial }>(trials: readonly T[]): Generator<readonly T[]> {
  const ranking = trials.toSorted((a, b) => compareRanked(a.standing, b.standing));
  for (let from = 0; from < ranking.length; ) {
    const next = ranking.findIndex(({ standing }, i) => i > from && !sameTier(standing, ranking[from]!.standing));
    const equals = ranking.slice(from, next < 0 ? undefined : next);
    from += equals.length;
    for (const front of fronts(equals.map(({ standing }) => standing.losses))) yield front.map((i) => equals[i]!);
  }
}

/**
 * Chooses from the losses of a front that has more trials than there is room for.
 *
 * @param chosen losses of the trials of better fronts, which have been chosen
 * @returns indices of the front, in the order of fitness
 */
export type Thinning = (chosen: readonly Losses[], front: readonly Losses[], room: number) => readonly number[];

/** The least crowded trials (the crowded comparison of NSGA-II). */
export const byCrowding: Thinning = (_, front, room) => leastCrowded(front, room);

/** The trials that survive: whole fronts while there is room, and some trials of the last one. They are in the order of fitness: by front first. */
export function fittest(trials: readonly Individual[], size: number, thin: Thinning): Population {
  const chosen: Individual[] = [];
  for (const front of frontsOf(trials)) {
    if (chosen.length >= size) break;
    const losses = front.map(({ standing }) => standing.losses);
    const better = chosen.map(({ standing }) => standing.losses);
    chosen.push(...thin(better, losses, size - chosen.length).map((i) => front[i]!));
  }
  return chosen;
}
