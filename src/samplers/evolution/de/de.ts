import { index, type Rng } from '../../../numeric/random.ts';
import { oneOf, populationFrom, probability, upTo, wholeFrom } from '../../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../../schema/optionSet.ts';
import type { Point } from '../../../space/axis.ts';
import type { Env } from '../../../strategy/env.ts';
import type { Ask, Ended } from '../../../strategy/messages.ts';
import { stateIn, stateTag } from '../../../strategy/messages.ts';
import { compareRanked, sameTier } from '../../rankedTrial.ts';
import type { ProposedPoint } from '../../sequence.ts';
import { type Child, nextOf } from '../breeding.ts';
import type { Evolution } from '../evolution.ts';
import { type Individual, individual } from '../population.ts';
import { type FitnessRanking, rankingOf } from '../ranking.ts';
import { nothingKnown, type SteadyState, steadyState } from '../steadyState.ts';
import { drawRates, newMemory, type RateMemory, type Rates, remembered, type Success } from './adaptation.ts';
import { differentialChild, type Start } from './variation.ts';

export const deOptions = {
  /** How many members the population has. Default: 8, with `rand` 20; or 0.4 times the square root of the number of trials if that is known and larger. */
  population: optional(populationFrom(4)),
  /** After this many times `population` trials of its own, it hands asks on. Default: never. */
  generations: optional(wholeFrom(1), Number.POSITIVE_INFINITY),
  /**
   * Where a mutant starts: `current-to-pbest` moves a member towards one of the best, also by differences from replaced members; `rand` starts at
   * any member, which is slower but less easily misled. Default: `current-to-pbest`.
   */
  start: optional(oneOf('current-to-pbest', 'rand'), 'current-to-pbest'),
  /** The factor of a difference (F). Default: learned from what succeeds. */
  scale: optional(upTo(2)),
  /** The share of parameters that change (CR). Default: learned from what succeeds. */
  crossover: optional(probability),
};

export interface DeSettings extends SettingsOf<typeof deOptions> {
  readonly population: number;
}

/** The state of a differential evolution. */
export interface DeState extends SteadyState {
  /** By place: a child competes with the member in its target's place. */
  readonly members: readonly Individual[];
  /** Points of replaced members, the oldest first. Differences may use them. */
  readonly archive: readonly Point[];
  readonly memory: RateMemory;
  readonly successes: readonly Success[];
  /** Children that have competed since the memory was last renewed. */
  readonly competed: number;
}

/** A child that knows with which member it competes; a founder, or a draw from the priors, has no such member. */
interface DeChild extends Child {
  readonly target?: Target;
}

/** The share of the population that counts as the best. */
const BEST = 0.15;
/** A child has four points that differ. */
const FEWEST = 4;

/**
 * Differential evolution without generations: each result competes at once with the member in its target's place, and asks are answered from
 * the population as it is.
 */
export function differentialEvolution(env: Env, settings: DeSettings): Evolution<DeState> {
  const { population, generations } = settings;
  const ranking = rankingOf(env);

  function bear(state: DeState, rng: Rng): DeChild {
    const drawn = drawRates(state.memory, rng);
    const rates = { scale: settings.scale ?? drawn.scale, crossover: settings.crossover ?? drawn.crossover };
    const place = state.issued % state.members.length;
    const donors = donorsFor(state, place, settings.start, rng);
    return {
      point: env.snap(differentialChild(env.axes, donors, settings.start, rates, rng)),
      origin: `place ${place + 1}, F ${rates.scale}, CR ${rates.crossover}`,
      target: { place, ...rates },
    };
  }

  function next(state: DeState, ask: Ask, founder?: Point): ProposedPoint {
    const { members, known } = state;
    const child: DeChild = nextOf<DeChild>(env, known, ask, founder, members.length >= FEWEST ? (rng) => bear(state, rng) : undefined);
    const { point, origin, target } = child;
    return { point, tags: target ? { origin, ...stateTag(env.name, target) } : { origin } };
  }

  return steadyState<DeState>(env, {
    start: { ...nothingKnown(), members: [], archive: [], memory: newMemory, successes: [], competed: 0 },
    ranking,
    population,
    generations,
    next,
    receive: (state, ended) => receive(state, ended, ranking, env, settings),
  });
}

/** Where a child competes, and the rates that made it: the state that it carries in a tag. */
interface Target extends Rates {
  readonly place: number;
}

const isTarget = (state: unknown): state is Target =>
  typeof state === 'object' &&
  state !== null &&
  'place' in state &&
  'scale' in state &&
  'crossover' in state &&
  [state.place, state.scale, state.crossover].every(Number.isFinite);

/** The base is one of the best, or any member. The difference is between two others; the second may be a replaced member. */
function donorsFor({ members, archive }: DeState, place: number, start: Start, rng: Rng) {
  const ranks = [...members.keys()].sort((a, b) => compareRanked(members[a]!.standing, members[b]!.standing));
  const best = Math.max(2, Math.round(BEST * members.length));
  const others = (...taken: number[]) => [...members.keys()].filter((i) => !taken.includes(i));
  const pick = <T>(from: readonly T[]): T => from[index(rng, from.length)]!;
  const base = start === 'rand' ? pick(others(place)) : pick(ranks.slice(0, best));
  const plus = pick(others(place, base));
  const rest = others(place, base, plus).map((i) => members[i]!.point);
  return {
    target: members[place]!.point,
    base: members[base]!.point,
    plus: members[plus]!.point,
    minus: pick(start === 'rand' ? rest : [...rest, ...archive]),
  };
}

function receive(before: DeState, ended: Ended, ranking: FitnessRanking, env: Env, settings: DeSettings): DeState {
  const newcomer = individual(ended, ranking.standing(before.facts, ended));
  if (!newcomer) return before;
  const members = ranking.now(before.facts, before.members);
  const state = { ...before, members };
  const resumed = ended.resumes === undefined ? -1 : members.findIndex(({ id }) => id === ended.resumes);
  if (resumed >= 0) return { ...state, members: members.with(resumed, newcomer) }; // it resumes its own training
  if (ended.resumes !== undefined) return state;
  if (members.length < settings.population) {
    return { ...state, members: [...members, newcomer], immigrants: state.immigrants + (ended.by === env.name ? 0 : 1) };
  }
  const target = ended.by === env.name ? stateIn(ended.tags, env.name) : undefined;
  return isTarget(target) && target.place < members.length
    ? competed(state, newcomer, target, settings)
    : entered(state, newcomer, worstOf(members), settings);
}

const worstOf = (members: readonly Individual[]): number =>
  members.reduce((worst, { standing }, i) => (compareRanked(standing, members[worst]!.standing) > 0 ? i : worst), 0);

/** A newcomer takes a place if it is no worse than the member there. */
function entered(state: DeState, newcomer: Individual, place: number, { population }: DeSettings): DeState {
  const member = state.members[place]!;
  const tied = sameTier(newcomer.standing, member.standing) && newcomer.standing.losses[0] === member.standing.losses[0];
  if (!tied && compareRanked(newcomer.standing, member.standing) > 0) return state;
  return {
    ...state,
    members: state.members.with(place, newcomer),
    archive: tied ? state.archive : [...state.archive, member.point].slice(-population),
  };
}

/** Compares a child with its target, and records its rates if it wins. */
function competed(state: DeState, child: Individual, { place, ...rates }: Target, settings: DeSettings): DeState {
  const { standing: old } = state.members[place]!;
  const next = entered(state, child, place, settings);
  const gain = sameTier(child.standing, old) ? old.losses[0]! - child.standing.losses[0]! : 1;
  const won = compareRanked(child.standing, old) < 0 && gain > 0;
  const successes = won ? [...state.successes, { ...rates, gain: Math.min(gain, Number.MAX_VALUE) }] : state.successes;
  if (state.competed + 1 < settings.population) return { ...next, successes, competed: state.competed + 1 };
  return { ...next, memory: remembered(state.memory, successes), successes: [], competed: 0 };
}
