import { index, type Rng } from '../../numeric/random.ts';
import { rankOf } from '../../numeric/sorted.ts';
import type { Point } from '../../space/axis.ts';
import type { Ended, TrialId } from '../../strategy/messages.ts';
import { compareRanked, type RankedTrial, sameTier } from '../rankedTrial.ts';

/** A trial that may have children. */
export interface Individual {
  readonly id: TrialId;
  readonly point: Point;
  readonly standing: RankedTrial;
}

/** The fittest first. */
export type Population = readonly Individual[];

/** Undefined for a failed trial: its loss is unknown, and its children would probably fail as well. */
export function individual(ended: Ended, standing: RankedTrial | undefined): Individual | undefined {
  return standing && ended.outcome !== 'failed' ? { id: ended.id, point: ended.point, standing } : undefined;
}

/**
 * The population with a new member. One that resumes a member replaces it. If there is no room, the least fit member leaves; but a newcomer that is
 * exactly as fit as a member replaces that one, because a plateau would otherwise soon fill the population.
 */
export function enter(population: Population, newcomer: Individual, size: number, resumes?: TrialId): Population {
  const others = resumes === undefined ? population : population.filter(({ id }) => id !== resumes);
  const rank = rankOf(others, newcomer, fitter);
  if (others.length < size) return others.toSpliced(rank, 0, newcomer);
  const twin = [rank - 1, rank].find((k) => others[k] && equallyFit(others[k], newcomer));
  if (twin !== undefined) return others.with(twin, newcomer);
  return rank < size ? [...others.slice(0, rank), newcomer, ...others.slice(rank, size - 1)] : others;
}

const fitter = (a: Individual, b: Individual): boolean => compareRanked(a.standing, b.standing) < 0;

const equallyFit = ({ standing: a }: Individual, { standing: b }: Individual): boolean => sameTier(a, b) && a.losses[0] === b.losses[0];

/** The fittest of some randomly drawn members, with replacement. */
export function tournament(population: Population, contestants: number, rng: Rng): Individual {
  let winner = population.length;
  for (let k = 0; k < contestants; k++) winner = Math.min(winner, index(rng, population.length));
  return population[winner]!;
}
