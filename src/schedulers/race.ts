import { type Difference, ExampleResults } from '../ledger/exampleResults.ts';
import { betainc } from '../numeric/distributions/beta.ts';
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
  violates,
  wait,
} from '../strategy/messages.ts';

export interface RaceSettings {
  readonly delta: number;
  readonly share: number;
  readonly first: number;
}

/** How many examples a trial takes while nobody leads. */
const OPENING = 2;
/** By which share the set of the leader grows at once: each time, its program begins again. */
const GROWTH = 0.25;

type Phase = 'opening' | 'growing' | 'challenging';
type Verdict = 'led' | 'growthDue' | 'reconsidered';

/** A state computed from the facts. */
class RaceState {
  readonly results: ExampleResults;
  readonly #open = new Map<TrialId, Suggested>();
  /** The trials of leaders that failed on more examples: they are not tried again. */
  readonly #stuck = new Set<TrialId>();

  constructor(count: number) {
    this.results = new ExampleResults(count);
  }

  tell(fact: StrategyEvent): void {
    if (fact.type === 'suggested') {
      this.results.begin(fact);
      this.#open.set(fact.id, fact);
    } else if (fact.type === 'reported') {
      if (fact.results) this.results.add(fact.id, fact.results);
    } else {
      this.#open.delete(fact.id);
      this.results.end({ id: fact.id, outcome: violates(fact) ? 'stopped' : fact.outcome });
      if (fact.resumes !== undefined && fact.outcome === 'failed') this.#stuck.add(fact.id);
    }
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /** The leader's last trial, if the leader can be evaluated on more examples and no trial does so now. */
  get growable(): Suggested | undefined {
    const { leader, count } = this.results;
    if (leader === undefined || leader.results.size >= count) return undefined;
    const { trial } = leader;
    return this.#open.has(trial.id) || this.#stuck.has(trial.id) ? undefined : trial;
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
 * challenger there; and it stops once it is improbable that it is better on all examples, by Student's t with a spread that is pooled over all pairs.
 */
export function raceCore(
  env: Env & { readonly examples: number },
  { delta, share, first }: RaceSettings,
): Core<History<StrategyEvent>, Phase, Verdict> {
  const stateOf = History.folding<StrategyEvent, RaceState>(
    () => new RaceState(env.examples),
    (state, fact) => state.tell(fact),
  );
  /** The order in which leaders take examples. */
  const order = shuffle(env.examples, rngFor(env.seed, `${env.name}/order`, 0));

  function due(state: RaceState): Verdict | undefined {
    if (state.results.leader === undefined) return undefined;
    return state.growable && (share === 1 || state.shareOfLeaders < share) ? 'growthDue' : undefined;
  }

  /** The ask with the examples of a new configuration, for the strategy that chooses it. */
  function challenge({ results }: RaceState, ask: Ask): Ask {
    if (results.leader === undefined) return { ...ask, examples: order.slice(0, OPENING) };
    const places = [...results.leader.results.keys()];
    return { ...ask, examples: shuffle(places.length, env.rng(ask)).map((i) => places[i]!) };
  }

  /** More examples for the leader. Those that an earlier leader had come first. */
  function grow({ results }: RaceState, ask: Ask, trial: Suggested, most: number): Propose {
    const { results: known } = results.leader!;
    const examples = order.filter((place) => !known.has(place)).slice(0, most);
    return { ...propose(ask, env.name, trial.point, { ...trial.tags, race: 'the leader, on more examples' }), examples, resumes: trial.id };
  }

  /** The leader gets all examples once no challenger is left. */
  function finish(state: RaceState, ask: Ask): Answer {
    if (state.hasOpen) return wait(ask, env.name);
    const trial = state.growable;
    return trial ? grow(state, ask, trial, env.examples) : ask;
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
      if (phase === 'opening') return state.results.leader && 'led';
      return verdictAround(due(state), phase, { growing: 'growthDue' });
    },
    answers: {
      opening: answering(challenge),
      challenging: answering(challenge),
      growing: answering((state, ask) =>
        grow(state, ask, state.growable!, share === 1 ? env.examples : Math.ceil(GROWTH * state.results.leader!.results.size)),
      ),
    },
    stop(facts, { id }: Reported) {
      const { results } = stateOf(facts);
      const { leader } = results;
      const challenger = results.of(id);
      if (leader === undefined || challenger === undefined || challenger === leader) return undefined;
      const difference = results.difference(challenger, leader);
      if (difference.n < first) return undefined;
      const better = chanceToBeBetter(results, difference);
      if (better === undefined || better >= delta || difference.mean <= 0) return undefined;
      return behind(results, difference, leader.trial, better);
    },
  };
}

/**
 * The probability that the first of two configurations has the lower mean over all examples; undefined if too little is known. It is not adjusted for
 * being asked after each example.
 */
export function chanceToBeBetter(results: ExampleResults, difference: Difference): number | undefined {
  const variance = difference.n > 0 ? results.varianceOf(difference) : undefined;
  if (variance === undefined) return undefined;
  const t = difference.mean / Math.sqrt(variance.squares);
  if (!Number.isFinite(t)) return difference.mean === 0 ? 0.5 : Number(difference.mean < 0);
  const { freedom } = variance;
  const tail = betainc(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2; // the distribution function of Student's t at -|t|
  return t > 0 ? tail : 1 - tail;
}

function behind(results: ExampleResults, difference: Difference, { id, resumes }: Suggested, better: number): string {
  const error = Math.sqrt(results.varianceOf(difference)!.squares);
  const [by, about] = [difference.mean, error].map((x) => Number(x.toPrecision(2)));
  const same = difference.n === 1 ? 'same example' : `same ${difference.n} examples`;
  return `worse by ${by} ± ${about} than trial ${resumes ?? id} on the ${same}; P(better) = ${Math.round(100 * better)} %`;
}
