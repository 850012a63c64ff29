import { fillNiches } from '../../numeric/pareto/niches.ts';
import { divisionsFor, referenceDirections } from '../../numeric/pareto/referenceDirections.ts';
import type { Env } from '../../strategy/env.ts';
import { byCrowding, type Thinning } from './dominance.ts';
import type { Evolution } from './evolution.ts';
import { type Nsga2Settings, type Nsga2State, nonDominatedSorting } from './nsga2.ts';

/**
 * NSGA-III (Deb & Jain 2014): NSGA-II, but the last front that survives is thinned by reference directions, of which there are as many as the population
 * allows (section IV.F of the paper).
 */
export function referenceSorting(env: Env, settings: Nsga2Settings): Evolution<Nsga2State> {
  const objectives = env.objectives.length;
  return nonDominatedSorting(env, settings, byNiches(referenceDirections(objectives, divisionsFor(objectives, settings.population))));
}

/** Trials that are infeasible have one loss, their violation, and no place among directions. */
const byNiches =
  (directions: readonly (readonly number[])[]): Thinning =>
  (chosen, front, room) => {
    const placed = (losses: readonly number[]) => losses.length === directions[0]!.length;
    return front.every(placed) ? fillNiches(directions, chosen.filter(placed), front, room) : byCrowding(chosen, front, room);
  };
