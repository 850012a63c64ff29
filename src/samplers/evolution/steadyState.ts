import { fingerprint } from '../../numeric/fingerprint.ts';
import { GrowingSet } from '../../numeric/growingSet.ts';
import { History } from '../../numeric/history.ts';
import type { Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask, Ended, StrategyEvent } from '../../strategy/messages.ts';
import type { ProposedPoint } from '../sequence.ts';
import { foundersOf } from './breeding.ts';
import type { Evolution } from './evolution.ts';
import type { FitnessRanking } from './ranking.ts';

/** The trials of an evolution without a barrier between generations. */
export interface SteadyState {
  readonly issued: number;
  /** Results of other strategies that replace founders. */
  readonly immigrants: number;
  /** Fingerprints of all points that were suggested. */
  readonly known: GrowingSet<number>;
  /** The facts by which `rankingOf` orders trials. */
  readonly facts: History<StrategyEvent>;
}

export const nothingKnown = (): SteadyState => ({ issued: 0, immigrants: 0, known: GrowingSet.empty(), facts: History.of() });

interface Steady<S extends SteadyState> {
  readonly start: S;
  readonly ranking: FitnessRanking;
  readonly population: number;
  readonly generations: number;
  /** @param founder whose turn it is */
  next(state: S, ask: Ask, founder?: Point): ProposedPoint;
  /** The state after a result, which `facts` already include. */
  receive(state: S, ended: Ended): S;
}

/** An evolution in which each result counts at once, and no ask waits. */
export function steadyState<S extends SteadyState>(env: Env, steady: Steady<S>): Evolution<S> {
  const { start, ranking, population, generations, next, receive } = steady;
  const founders = foundersOf(env, population);
  return {
    start,
    tell(state, fact) {
      const facts = ranking.push(state.facts, fact);
      const heard = facts === state.facts ? state : { ...state, facts };
      if (fact.type === 'ended') return receive(heard, fact);
      if (fact.type === 'reported') return heard;
      return { ...heard, known: heard.known.add(fingerprint(fact.point)), issued: heard.issued + (fact.by === env.name ? 1 : 0) };
    },
    over: ({ issued }) => issued >= population * generations,
    founded: ({ issued, immigrants }) => issued >= population - immigrants,
    found: (state, ask) => next(state, ask, founders[state.issued]),
    breed: (state, ask) => next(state, ask),
  };
}
