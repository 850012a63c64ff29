import { chanceBelowZero, type PairedDifference } from '../ledger/difference.ts';
import { type Evaluated, ExampleResults } from '../ledger/exampleResults.ts';
import { History } from '../numeric/history.ts';
import { rngFor } from '../numeric/random.ts';
import { shuffle } from '../numeric/sequences/permutation.ts';
import { type Core, verdictAround } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import {
  type Answer,
  type Ask,
  type Propose,
  propose,
  type Reported,
  type StrategyEvent,
  type Suggested,
  type TrialId,
  wait,
} from '../strategy/messages.ts';

export interface RaceSettings {
  /** Default: by what limits the study. */
  readonly delta?: number | undefined;
  readonly share: number;
}

/** How many examples a trial takes while there is no leader. */
const OPENING = 2;
/** By which share the set of a leader grows at once: each time, its program begins again. */
const GROWTH = 0.25;

/** The chance to be better below which a trial stops, by what limits the study. */
const DELTA = { cost: 0.2, trials: 0.05 };

type RaceEnv = Env & { readonly examples: number };
type Phase = 'opening' | 'growing' | 'challenging';
type Verdict = 'led' | 'growthDue' | 'reconsidered';

/** A state computed from the facts. */
class RaceState {
  readonly results: ExampleResults;
  readonly #open = new Map<TrialId, Suggested>();
  /** The leaders that failed on more examples: they are not evaluated on others. */
  readonly #stuck = new Set<Evaluated>();
  /** How many configurations have begun. */
  #configurations = 0;

  constructor({ examples, objectives }: RaceEnv) {
    this.results = new ExampleResults(examples, objectives.length);
  }

  tell(fact: StrategyEvent): void {
    if (fact.type === 'suggested') {
      this.results.begin(fact);
      this.#open.set(fact.id, fact);
      if (fact.resumes === undefined && fact.by !== 'import') this.#configurations++;
    } else if (fact.type === 'reported') {
      if (fact.results) this.results.add(fact.id, fact.results);
    } else {
      this.#open.delete(fact.id);
      this.results.end(fact);
      if (fact.resumes !== undefined && fact.outcome === 'failed') this.#stuck.add(this.results.of(fact.id)!);
    }
  }

  /** The open trials that evaluate leaders on more examples. */
  get growths(): readonly Suggested[] {
    return [...this.#open.values()].filter(({ id }) => this.results.leaders.includes(this.results.of(id)!));
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }
  get hasChallengers(): boolean {
    return this.#open.size > this.growths.length;
  }

  /** The leader with the fewest results that lacks examples which no open trial brings, and these examples. @param order in which leaders take them */
  lacking(order: readonly number[]): { readonly leader: Evaluated; readonly places: readonly number[] } | undefined {
    const { leaders } = this.results;
    const coming = this.growths;
    for (const leader of [...leaders].sort((a, b) => a.results.size - b.results.size)) {
      if (this.#stuck.has(leader) || leader.results.size === this.results.count) continue;
      const open = new Set(coming.flatMap(({ id, examples = order }) => (this.results.of(id) === leader ? examples : [])));
      const places = order.filter((place) => !leader.results.has(place) && !open.has(place));
      if (places.length > 0) return { leader, places };
    }
    return undefined;
  }

  /** How many configurations have begun. */
  get configurations(): number {
    return this.#configurations;
  }
  /** The share of all results that came from leaders. */
  get shareOfLeaders(): number {
    return this.results.ofLeaders / Math.max(1, this.results.total);
  }
}

/**
 * A race: configurations are compared on the same examples, in pairs with the leader, whose set of examples grows. It is made of parts of SMAC's
 * intensification (Hutter, Hoos and Leyton-Brown, LION 2011): the leader's set is a random one that grows, and a challenger takes its examples one by
 * one. These are ours: each challenger takes them in an order of its own, so that a leader chosen for its luck with the first examples does not meet every
 * challenger there; it stops once it is improbable that it is better on all examples, by Student's t with a spread that is pooled over all pairs; and with
 * several objectives, all configurations lead that no other one dominates.
 */
export function raceCore(env: RaceEnv, { delta: given, share }: RaceSettings): Core<History<StrategyEvent>, Phase, Verdict> {
  const stateOf = History.folding<StrategyEvent, RaceState>(
    () => new RaceState(env),
    (state, fact) => state.tell(fact),
  );
  /** Whether the number of trials is limited, and not what they cost: then another trial cannot replace one that was stopped by mistake. */
  const isByTrials = env.trials !== undefined && env.cost === undefined && env.spend === undefined;
  const delta = given ?? (isByTrials ? DELTA.trials : DELTA.cost);
  /** The order in which leaders take examples: those that earlier leaders had come first. */
  const order = shuffle(env.examples, rngFor(env.seed, `${env.name}/order`, 0));

  function due(state: RaceState): Verdict | undefined {
    if (state.growths.length > 0 || !(share === 1 || state.shareOfLeaders < share || isLate(state))) return undefined;
    return state.lacking(order) ? 'growthDue' : undefined;
  }

  /**
   * Whether leaders have had a smaller part of the examples than the study of its trials. At its end they get all examples, so it costs little to give them
   * these earlier, and challengers are compared on more of them.
   */
  function isLate({ results, configurations }: RaceState): boolean {
    if (!isByTrials) return false;
    const fewest = Math.min(...results.leaders.map(({ results }) => results.size));
    return fewest / env.examples < configurations / env.trials!;
  }

  /** The ask with the examples of a new configuration, for the strategy that chooses it: those of the leader that has the most. */
  function challenge({ results }: RaceState, ask: Ask): Ask {
    const [leader] = [...results.leaders].sort((a, b) => b.results.size - a.results.size);
    if (leader === undefined) return { ...ask, examples: order.slice(0, OPENING) };
    const places = [...leader.results.keys()];
    return { ...ask, examples: shuffle(places.length, env.rng(ask)).map((i) => places[i]!) };
  }

  /** More examples for a leader. @param most how many, of those it lacks */
  function grow(state: RaceState, ask: Ask, most: (lacking: number, leader: Evaluated) => number): Propose | undefined {
    const { leader, places = [] } = state.lacking(order) ?? {};
    const trial = leader?.ended;
    if (!leader || !trial) return undefined;
    const proposal = propose(ask, env.name, trial.point, { ...trial.tags, race: 'a leader, on more examples' });
    return { ...proposal, examples: places.slice(0, Math.ceil(most(places.length, leader))), resumes: trial.id };
  }

  /** Once no challenger is left, the leaders get all examples, in as many trials as may be open. */
  function finish(state: RaceState, ask: Ask): Answer {
    const growing = state.hasChallengers
      ? undefined
      : grow(state, ask, (lacking) => lacking / Math.max(1, env.parallel - state.growths.length));
    return growing ?? (state.hasOpen ? wait(ask, env.name) : ask);
  }

  const answering = (answer: (state: RaceState, ask: Ask) => Answer) => (facts: History<StrategyEvent>, ask: Ask) => {
    const state = stateOf(facts);
    return ask.finishing ? finish(state, ask) : ask.fixed ? challenge(state, ask) : answer(state, ask);
  };

  return {
    start: History.of(),
    tell: (facts, fact) => facts.push(fact),
    verdict(facts, phase) {
      const state = stateOf(facts);
      if (phase === 'opening') return state.results.leaders.length > 0 ? 'led' : undefined;
      return verdictAround(due(state), phase, { growing: 'growthDue' });
    },
    answers: {
      opening: answering(challenge),
      challenging: answering(challenge),
      growing: answering(
        (state, ask) => grow(state, ask, (lacking, { results }) => (share === 1 ? lacking : GROWTH * results.size)) ?? ask,
      ),
    },
    stop(facts, { id }: Reported) {
      const { results } = stateOf(facts);
      const challenger = results.of(id);
      if (challenger === undefined || results.leaders.includes(challenger)) return undefined;
      for (const leader of results.leaders) {
        const why = whyBehind(results, challenger, leader, env, delta);
        if (why !== undefined) return why;
      }
      const [leader] = results.leaders;
      const isDue = leader && !results.violates(leader) && challenger.results.size > 0;
      return isDue ? whyInfeasible(results, challenger, env, delta) : undefined;
    },
  };
}

/**
 * The probability that the first of two configurations has the lower mean over all examples; undefined if too little is known. It is not adjusted for
 * being asked after each example.
 *
 * @param k the objective
 */
function chanceToBeBetter(results: ExampleResults, difference: PairedDifference, k = 0): number | undefined {
  const variance = results.varianceOf(difference, k);
  return variance && chanceBelowZero(difference.mean, variance);
}

/** The name of a number of a result. @param k the objective or, after these, the constraint */
const nameOf = ({ objectives }: Pick<Env, 'objectives'>, k: number): string =>
  objectives[k] ?? `outcome constraint ${k - objectives.length + 1}`;

const rounded = (x: number): number => Number(x.toPrecision(2));

/** Why a challenger stops: it is unlikely that the mean of one of its outcome constraints is at most 0. Undefined if it does not stop. */
function whyInfeasible(results: ExampleResults, challenger: Evaluated, env: Pick<Env, 'objectives'>, delta: number): string | undefined {
  const n = challenger.results.size;
  for (let k = env.objectives.length; k < challenger.sums.length; k++) {
    const mean = challenger.sums[k]! / n;
    const variance = results.varianceOfMean(challenger, k);
    const chance = variance && chanceBelowZero(mean, variance);
    if (chance === undefined || chance >= delta) continue;
    const error = rounded(Math.sqrt(variance!.squares));
    return `${nameOf(env, k)} is ${rounded(mean)} ± ${error} on ${n === 1 ? 'one example' : `${n} examples`}; P(feasible) = ${Math.round(100 * chance)} %`;
  }
  return undefined;
}

/** Why a challenger stops: it is unlikely to be better than a leader in anything in which it must be. Undefined if it does not stop. */
function whyBehind(
  results: ExampleResults,
  challenger: Evaluated,
  leader: Evaluated,
  env: Pick<Env, 'objectives'>,
  delta: number,
): string | undefined {
  const told: string[] = [];
  let [n, most] = [0, 0];
  for (const k of results.contested(leader)) {
    const difference = results.difference(challenger, leader, k);
    n = difference.n;
    if (n === 0) return undefined;
    const better = chanceToBeBetter(results, difference, k);
    if (better === undefined || better >= delta || difference.mean <= 0) return undefined;
    const [by, error] = [difference.mean, Math.sqrt(results.varianceOf(difference, k)!.squares)].map(rounded);
    told.push(`by ${by} ± ${error}${env.objectives.length > 1 || k > 0 ? ` in ${nameOf(env, k)}` : ''}`);
    most = Math.max(most, better);
  }
  if (told.length === 0) return undefined;
  const same = n === 1 ? 'same example' : `same ${n} examples`;
  return `worse ${told.join(' and ')} than trial ${leader.ended!.id} on the ${same}; P(better) = ${Math.round(100 * most)} %`;
}
