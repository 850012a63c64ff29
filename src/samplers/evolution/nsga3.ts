import { fillNiches } from '../../numeric/pareto/niches.ts';
import { divisionsFor, referenceDirections } from '../../numeric/pareto/referenceDirections.ts';
import { wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import type { Env } from '../../strategy/env.ts';
import { byCrowding, type Thinning } from './dominance.ts';
import type { Evolution } from './evolution.ts';
import { type Nsga2Settings, type Nsga2State, nonDominatedSorting, nsga2Options } from './nsga2.ts';

export const nsga3Options = {
  ...nsga2Options,
  /**
   * Into how many parts the reference directions divide each side of the simplex of objectives. Default: as many as give at most `population`
   * directions.
   */
  divisions: optional(wholeFrom(1)),
};

export interface Nsga3Settings extends SettingsOf<typeof nsga3Options>, Nsga2Settings {
  readonly population: number;
}

/**
 * NSGA-III (Deb & Jain 2014): NSGA-II, but the last front that survives is thinned by reference directions.
 */
export function referenceSorting(env: Env, settings: Nsga3Settings): Evolution<Nsga2State> {
  const objectives = env.objectives.length;
  const { population, divisions = divisionsFor(objectives, population) } = settings;
  return nonDominatedSorting(env, settings, byNiches(referenceDirections(objectives, divisions)));
}

/** Trials that are infeasible have one loss, their violation, and no place among directions. */
const byNiches =
  (directions: readonly (readonly number[])[]): Thinning =>
  (chosen, front, room) => {
    const placed = (losses: readonly number[]) => losses.length === directions[0]!.length;
    return front.every(placed) ? fillNiches(directions, chosen.filter(placed), front, room) : byCrowding(chosen, front, room);
  };
