import { fingerprint } from '../../numeric/fingerprint.ts';
import type { GrowingSet } from '../../numeric/growingSet.ts';
import { type Rng, rngFor } from '../../numeric/random.ts';
import { latinHypercubeDesign } from '../../numeric/sequences/latin.ts';
import { draw, type Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask } from '../../strategy/messages.ts';
import { applyPriors } from '../lowDiscrepancy.ts';
import { offspring, type Variation } from './offspring.ts';
import { type Individual, type Population, tournament } from './population.ts';

/** How parents are chosen, and how their children differ from them. */
export interface Mating extends Variation {
  /** How many members are drawn for each parent. */
  readonly tournament: number;
}

/** Probability that a child has two parents (Deb et al. 2002, section IV). */
const CROSSOVER = 0.9;

/** A point, and where it comes from, for people. */
export interface Child {
  readonly point: Point;
  readonly origin: string;
}

/** The first of a population: a Latin hypercube taken through the priors. */
export const foundersOf = (env: Env, count: number): Point[] =>
  latinHypercubeDesign(count, env.axes.length, rngFor(env.seed, env.name, 0)).map((u) => applyPriors(env, u));

/** How often a child that has been tried before is bred again; and how often, after that, a point is drawn from the priors. */
const TRIES = 10;

/**
 * The next point that was not suggested before: a founder if one is left, otherwise a child, or a draw from the priors if there are no parents.
 * If no new point was found, a known one: the space may be exhausted, or trials repeated on purpose.
 *
 * @param known fingerprints of all points that were suggested
 * @param founder the next founder; a retry skips it
 * @param survival the probability that a point does not crash: others are bred again
 */
export function nextOf(
  env: Env,
  known: GrowingSet<number>,
  { id, retry }: Ask,
  founder: Point | undefined,
  bear: ((rng: Rng) => Child) | undefined,
  survival: (point: Point) => number = () => 1,
): Child {
  if (founder && !retry && !known.has(fingerprint(founder))) return { point: founder, origin: 'founder' };
  const rng = rngFor(env.seed, env.name, id, retry);
  for (let tries = 1; ; tries++) {
    const child = bear && tries <= TRIES ? bear(rng) : { point: env.snap(draw(env.axes, rng)), origin: 'drawn' };
    if (tries === 2 * TRIES) return child;
    if (known.has(fingerprint(child.point))) continue;
    const survives = survival(child.point);
    if (survives === 1 || rng() < survives) return child;
  }
}

/** Makes a child of a population; undefined if the population is empty. @param population the fittest first */
export const bearing = (population: Population, env: Env, mating: Mating): ((rng: Rng) => Child) | undefined =>
  population.length > 0 ? (rng) => bear(population, env, mating, rng) : undefined;

function bear(population: Population, env: Env, mating: Mating, rng: Rng): Child {
  const first = tournament(population, mating.tournament, rng);
  if (population.length === 1 || rng() >= CROSSOVER) return childOf([first], env, mating, rng);
  const others = population.filter((member) => member !== first);
  return childOf([first, tournament(others, mating.tournament, rng)], env, mating, rng);
}

function childOf(parents: readonly [Individual, ...Individual[]], env: Env, mating: Mating, rng: Rng): Child {
  const [first, second] = parents;
  const point = env.snap(offspring(env.axes, second ? [first.point, second.point] : [first.point], mating, rng));
  const ids = parents.map(({ id }) => id).sort((a, b) => a - b);
  return { point, origin: `${second ? 'parents' : 'parent'} ${ids.join(', ')}` };
}
