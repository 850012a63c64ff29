import { leastCrowded } from '../../numeric/pareto/crowding.ts';
import { fronts } from '../../numeric/pareto/pareto.ts';
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
 * The trials that survive: whole fronts while there is room, and the least crowded trials of the last one. They are in the order of fitness: by front,
 * then the least crowded first (the crowded comparison of NSGA-II).
 */
export function fittest(trials: readonly Individual[], size: number): Population {
  const chosen: Individual[] = [];
  for (const front of frontsOf(trials)) {
    if (chosen.length >= size) break;
    const losses = front.map(({ standing }) => standing.losses);
    chosen.push(...leastCrowded(losses, size - chosen.length).map((i) => front[i]!));
  }
  return chosen;
}
