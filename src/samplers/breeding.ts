import type { Env } from '../messages.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import { type GrowingSet, has } from '../numeric/growingSet.ts';
import { latinHypercube } from '../numeric/latin.ts';
import { type Rng, rngFor } from '../numeric/random.ts';
import { draw, type Point } from '../space/axis.ts';
import { throughPriors } from './lowDiscrepancy.ts';
import { offspring, type Variation } from './offspring.ts';
import { type Individual, type Population, tournament } from './population.ts';

/** How parents are chosen, and how their children differ from them. */
export interface Mating extends Variation {
  /** How many members are drawn for each parent. */
  readonly tournament: number;
  /** Probability that a child has two parents. */
  readonly crossover: number;
}

export interface Child {
  readonly point: Point;
  readonly parents: readonly Individual[];
}

/** The first of a population: a Latin hypercube taken through the priors. */
export const foundersOf = (env: Env, count: number): Point[] =>
  latinHypercube(count, env.axes.length, rngFor(env.seed, env.name, 0)).map((u) => throughPriors(env, u));

/** How often a child that has been tried before is bred again; and how often, after that, a point is drawn from the priors. */
const TRIES = 10;

/**
 * A child that nobody has tried. Where none was found, any: a space may be exhausted, or its trials be repeated on purpose.
 *
 * @param known fingerprints of points that anybody has tried
 * @param bear none where nobody may have children: a point is drawn from the priors.
 */
export function untried<C extends { readonly point: Point }>(
  known: GrowingSet<number>,
  env: Env,
  rng: Rng,
  bear?: () => C,
): C | { readonly point: Point } {
  for (let tries = 1; ; tries++) {
    const child = bear && tries <= TRIES ? bear() : { point: env.snap(draw(env.axes, rng)) };
    if (tries === 2 * TRIES || !has(known, fingerprint(child.point))) return child;
  }
}

/** @param population the fittest first, not empty */
export function bear(population: Population, env: Env, mating: Mating, rng: Rng): Child {
  const first = tournament(population, mating.tournament, rng);
  if (population.length === 1 || rng() >= mating.crossover) {
    return { point: env.snap(offspring(env.axes, [first.point], mating, rng)), parents: [first] };
  }
  const others = population.filter((member) => member !== first);
  const second = tournament(others, mating.tournament, rng);
  return { point: env.snap(offspring(env.axes, [first.point, second.point], mating, rng)), parents: [first, second] };
}

/** Where a child comes from, for people. */
export function origin(parents: readonly Individual[] = []): string {
  const ids = parents.map(({ id }) => id).sort((a, b) => a - b);
  if (ids.length === 0) return 'drawn';
  return `${ids.length === 1 ? 'parent' : 'parents'} ${ids.join(', ')}`;
}
