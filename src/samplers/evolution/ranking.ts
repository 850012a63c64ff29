import { History } from '../../numeric/history.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ended, StrategyEvent } from '../../strategy/messages.ts';
import { normalScores, orderOf } from '../budgets/order.ts';
import { RungResults } from '../budgets/rungResults.ts';
import { type RankedTrial, rankTrial } from '../rankedTrial.ts';

/** How trials compare, by the facts so far. If all trials have one budget, or there are several objectives, `rankTrial` decides. */
export interface FitnessRanking {
  /** The facts with one more. A report that adds no result at a rung is left out. */
  push(facts: History<StrategyEvent>, fact: StrategyEvent): History<StrategyEvent>;
  /** The rank of a trial that just ended. Undefined if it says nothing: it was lost. */
  standing(facts: History<StrategyEvent>, ended: Ended): RankedTrial | undefined;
  /**
   * Trials with their current ranks; the same array if all trials have one budget. If budgets differ, the loss in a standing is the normal score
   * of its configuration's place in the one order of all (see `orderOf`). Behind them come those that have no place, and then the infeasible ones.
   */
  now<T extends { readonly standing: RankedTrial }>(facts: History<StrategyEvent>, trials: readonly T[]): readonly T[];
}

/** @param env whose `rungs` are the budgets at which trials are compared */
export function rankingOf(env: Pick<Env, 'rungs' | 'objectives' | 'result'>): FitnessRanking {
  const single = env.objectives.length === 1;
  const resultsOf = History.folding(
    () => new RungResults(env),
    (results, fact: StrategyEvent) => results.tell(fact),
  );
  let last: { readonly facts: History<StrategyEvent>; readonly placed: (standing: RankedTrial) => RankedTrial } | undefined;

  /** Undefined if all trials have one budget. */
  function placing(facts: History<StrategyEvent>): ((standing: RankedTrial) => RankedTrial) | undefined {
    if (!single || !resultsOf(facts).differ) return undefined;
    if (last?.facts !== facts) last = { facts, placed: placedBy(resultsOf(facts)) };
    return last.placed;
  }

  return {
    push: (facts, fact) => (single && (fact.type !== 'reported' || resultsOf(facts).isNew(fact)) ? facts.push(fact) : facts),
    standing(facts, ended) {
      const standing = rankTrial(ended.id, ended);
      const placed = placing(facts);
      return standing && placed ? placed(standing) : standing;
    },
    now(facts, trials) {
      const placed = placing(facts);
      return placed ? trials.map((trial) => ({ ...trial, standing: placed(trial.standing) })) : trials;
    },
  };
}

function placedBy(results: RungResults): (standing: RankedTrial) => RankedTrial {
  const scores = normalScores(orderOf(results.counted));
  return (standing) => {
    if (standing.tier === 2) return standing;
    const score = scores.get(results.of(standing.index)!);
    if (score === undefined) return { ...standing, tier: 1 };
    return { index: standing.index, tier: 0, budget: Number.POSITIVE_INFINITY, losses: [score] };
  };
}
