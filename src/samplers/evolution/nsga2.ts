import { fingerprint } from '../../numeric/fingerprint.ts';
import { GrowingSet } from '../../numeric/growingSet.ts';
import { History } from '../../numeric/history.ts';
import { populationFrom, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import type { Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask, Ended, StrategyEvent } from '../../strategy/messages.ts';
import type { ProposedPoint } from '../sequence.ts';
import { bearing, foundersOf, type Mating, nextOf } from './breeding.ts';
import { byCrowding, fittest, type Thinning } from './dominance.ts';
import type { Evolution } from './evolution.ts';
import { type Individual, individual, type Population } from './population.ts';
import { type FitnessRanking, rankingOf } from './ranking.ts';

export const nsga2Options = {
  /**
   * How many members the population has, and after how many results the next parents are selected. Default: 2 times the square root of the number
   * of trials if that is known, between 20 and 100; otherwise 50.
   */
  population: optional(populationFrom(2)),
  /** After this many times `population` trials of its own, it hands asks on. Default: never. */
  generations: optional(wholeFrom(1), Number.POSITIVE_INFINITY),
};

export interface Nsga2Settings extends SettingsOf<typeof nsga2Options> {
  readonly population: number;
}

/** The values of the paper (section IV). */
const MATING: Mating = { tournament: 2, crossoverEta: 20, mutationEta: 20 };

/** The state of an NSGA-II or NSGA-III. */
export interface Nsga2State {
  readonly issued: number;
  /** Results of other strategies that replace founders. */
  readonly immigrants: number;
  /** Fingerprints of all points that were suggested. */
  readonly known: GrowingSet<number>;
  /** The facts by which `rankingOf` orders trials. */
  readonly facts: History<StrategyEvent>;
  /** How many generations are complete. */
  readonly generation: number;
  /** The parents of the next children, the fittest first. */
  readonly parents: Population;
  /** Results since the last selection. */
  readonly children: readonly Individual[];
}

/**
 * The elitist non-dominated sorting genetic algorithm, NSGA-II (Deb, Pratap, Agarwal & Meyarivan 2002), without a barrier: after
 * every `population` results, it selects new parents from parents and children; until then, asks are answered from the current parents.
 *
 * @param thin what chooses from the last front that survives
 */
export function nonDominatedSorting(env: Env, settings: Nsga2Settings, thin: Thinning = byCrowding): Evolution<Nsga2State> {
  const { population, generations } = settings;
  const ranking = rankingOf(env);
  const founders = foundersOf(env, population);
  function next({ generation, parents, children, known, facts }: Nsga2State, ask: Ask, founder?: Point): ProposedPoint {
    const eligible = parents.length > 0 ? parents : fittest(ranking.now(facts, children), population, thin);
    const { point, origin } = nextOf(env, known, ask, founder, bearing(eligible, env, MATING));
    return { point, tags: { origin: `generation ${generation + 1}, ${origin}` } };
  }
  return {
    start: { issued: 0, immigrants: 0, known: GrowingSet.empty(), facts: History.of(), generation: 0, parents: [], children: [] },
    tell(state, fact) {
      const facts = ranking.push(state.facts, fact);
      const heard = facts === state.facts ? state : { ...state, facts };
      if (fact.type === 'ended') return receive(heard, fact, env, { ranking, population, thin });
      if (fact.type === 'reported') return heard;
      return { ...heard, known: heard.known.add(fingerprint(fact.point)), issued: heard.issued + (fact.by === env.name ? 1 : 0) };
    },
    over: ({ issued }) => issued >= population * generations,
    founded: ({ issued, immigrants }) => issued >= population - immigrants,
    found: (state, ask) => next(state, ask, founders[state.issued]),
    breed: (state, ask) => next(state, ask),
  };
}

/** How the parents of the next children are selected. */
interface Selection {
  readonly ranking: FitnessRanking;
  readonly population: number;
  readonly thin: Thinning;
}

/** Adds a result. One that resumes an earlier trial replaces it. */
function receive(state: Nsga2State, ended: Ended, env: Env, { ranking, population, thin }: Selection): Nsga2State {
  const newcomer = individual(ended, ranking.standing(state.facts, ended));
  if (!newcomer) return state;
  const others = <T extends Individual>(members: readonly T[]) => members.filter(({ id }) => id !== ended.resumes);
  const resumes = ended.resumes !== undefined;
  const children = [...(resumes ? others(state.children) : state.children), newcomer];
  const parents = resumes ? others(state.parents) : state.parents;
  const foreign = ended.by !== env.name && !resumes && state.generation === 0;
  const next = { ...state, immigrants: state.immigrants + (foreign ? 1 : 0), parents, children };
  if (children.length < population) return next;
  const selected = fittest(ranking.now(state.facts, [...parents, ...children]), population, thin);
  return { ...next, generation: state.generation + 1, parents: selected, children: [] };
}
