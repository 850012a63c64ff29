import type { Ended, Env, Suggested } from '../messages.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import { add, emptySet, type GrowingSet, has } from '../numeric/growingSet.ts';
import { latinHypercube } from '../numeric/latin.ts';
import { type Rng, rngFor } from '../numeric/random.ts';
import { draw, type Point } from '../space/axis.ts';
import type { Evolution } from './evolution.ts';
import { throughPriors } from './lowDiscrepancy.ts';
import { offspring, type Variation } from './offspring.ts';
import { enter, type Individual, individual, type Population, tournament } from './population.ts';

/** A genetic algorithm, in numbers. */
export interface GaSettings extends Variation {
  /** Whether each result enters the population at once, or all of a generation together. */
  readonly steady: boolean;
  readonly population: number;
  readonly generations: number;
  /** How many of the parents' generation compete with their children. */
  readonly elite: number;
  /** How many members are drawn for each parent. */
  readonly tournament: number;
  /** Probability that a child has two parents. */
  readonly crossover: number;
}

/** Where a genetic algorithm stands. */
export interface GaState {
  /** How many generations are over. */
  readonly generation: number;
  /** Whether the first one is still to be filled. */
  readonly founding: boolean;
  /** Trials of this generation that were handed out; those that flow are all one. */
  readonly issued: number;
  readonly open: number;
  /** Results of others' trials that came in; those that go on with a trial are no new ones. */
  readonly immigrants: number;
  /** Those who have children now. */
  readonly parents: Population;
  /** The fittest so far of those who may be the next parents. */
  readonly survivors: Population;
  /** Points that anybody has tried. */
  readonly known: GrowingSet<number>;
}

const START: GaState = {
  generation: 0,
  founding: true,
  issued: 0,
  open: 0,
  immigrants: 0,
  parents: [],
  survivors: [],
  known: emptySet(),
};

/**
 * A genetic algorithm. The founders are a Latin hypercube taken through the priors. Results of others stand in for founders as long as there
 * are any to come, and join the population later like any other.
 */
export function geneticAlgorithm(env: Env, settings: GaSettings): Evolution<GaState> {
  const { steady, population, generations } = settings;
  const founders = latinHypercube(population, env.axes.length, rngFor(env.seed, env.name, 0)).map((u) => throughPriors(env, u));
  const wanted = ({ founding, immigrants }: GaState) => (founding ? population - immigrants : population);
  return {
    start: START,
    fold: (state, fact) => (fact.type === 'suggested' ? issue(state, fact, env) : receive(state, fact, env, settings)),
    full: (state) => !steady && state.issued >= wanted(state),
    settled: ({ open }) => open === 0,
    advance: (state) => select(state, settings),
    over: ({ generation, issued }) => (steady ? issued >= population * generations : generation >= generations),
    breed(state, ask) {
      const founder = state.founding && state.issued < wanted(state) ? founders[state.issued] : undefined;
      const mark = (origin: string) => ({ [env.name]: steady ? origin : `generation ${state.generation + 1}, ${origin}` });
      if (founder && !ask.veto && !has(state.known, fingerprint(founder))) return { point: founder, tags: mark('founder') };
      const { point, parents } = unknownChild(state, env, settings, rngFor(env.seed, env.name, ask.id, ask.veto));
      return { point, tags: mark(origin(parents)) };
    },
  };
}

function issue(state: GaState, { by, point }: Suggested, env: Env): GaState {
  const known = add(state.known, fingerprint(point));
  return by === env.name ? { ...state, known, issued: state.issued + 1, open: state.open + 1 } : { ...state, known };
}

function receive(state: GaState, ended: Ended, env: Env, { steady, population }: GaSettings): GaState {
  const mine = ended.by === env.name;
  const newcomer = individual(ended);
  const survivors = newcomer ? enter(state.survivors, newcomer, population, ended.resumes) : state.survivors;
  return {
    ...state,
    open: state.open - (mine ? 1 : 0),
    immigrants: state.immigrants + (newcomer && !mine && ended.resumes === undefined ? 1 : 0),
    survivors,
    parents: steady ? survivors : state.parents,
  };
}

/** The fittest become parents; an elite of them competes with the children. Where trials failed, parents who had to go may stay. */
function select(state: GaState, { population, elite }: GaSettings): GaState {
  const gone = state.parents.filter((parent) => !state.survivors.includes(parent)).slice(0, population - state.survivors.length);
  const parents = gone.reduce((filled, parent) => enter(filled, parent, population), state.survivors);
  return {
    ...state,
    generation: state.generation + (state.issued > 0 ? 1 : 0),
    founding: false,
    issued: 0,
    parents,
    survivors: parents.slice(0, elite),
  };
}

interface Child {
  readonly point: Point;
  readonly parents: readonly Individual[];
}

/** How often a child that has been tried before is bred again; and how often, after that, a point is drawn from the priors. */
const TRIES = 10;

/** A child that nobody has tried. Where none was found, any: a space may be exhausted, or its trials be repeated on purpose. */
function unknownChild({ parents, known }: GaState, env: Env, settings: GaSettings, rng: Rng): Child {
  for (let tries = 1; ; tries++) {
    const child =
      tries <= TRIES && parents.length > 0 ? bear(parents, env, settings, rng) : { point: env.snap(draw(env.axes, rng)), parents: [] };
    if (tries === 2 * TRIES || !has(known, fingerprint(child.point))) return child;
  }
}

function bear(population: Population, env: Env, settings: GaSettings, rng: Rng): Child {
  const first = tournament(population, settings.tournament, rng);
  if (population.length === 1 || rng() >= settings.crossover) {
    return { point: env.snap(offspring(env.axes, [first.point], settings, rng)), parents: [first] };
  }
  const others = population.filter((member) => member !== first);
  const second = tournament(others, settings.tournament, rng);
  return { point: env.snap(offspring(env.axes, [first.point, second.point], settings, rng)), parents: [first, second] };
}

/** Where a child comes from, for people. */
function origin(parents: readonly Individual[]): string {
  const ids = parents.map(({ id }) => id).sort((a, b) => a - b);
  if (ids.length === 0) return 'drawn';
  return `${ids.length === 1 ? 'parent' : 'parents'} ${ids.join(', ')}`;
}
