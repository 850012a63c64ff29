import { History } from '../../src/numeric/history.ts';
import { compareRanked, type RankedTrial, rankTrial } from '../../src/samplers/rankedTrial.ts';
import { findUsable } from '../../src/samplers/sequence.ts';
import type { Point } from '../../src/space/axis.ts';
import { numberIn, propose, type StrategyEvent, stateTag, type Tags } from '../../src/strategy/messages.ts';
import { defineStrategy } from '../kernel/defineStrategy.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { chain, stagesOf } from './chain.ts';

/**
 * A strategy that also tries some points: the first of them first, and then one after each trial of the strategy's own, as long as those tried
 * so far are at least as good as the strategy's own trials. They come after the stages that decide for how long trials train, so that those apply to
 * them too.
 *
 * @param tags that say why they are tried
 */
export function startingWith(points: readonly Point[], tags: Tags, strategy: Strategy): Strategy {
  const stages = stagesOf(strategy);
  const budgeting = lastBudgeting(stages);
  const at = budgeting === stages.length - 1 ? budgeting : budgeting + 1; // the last stage of a chain has to propose configurations itself
  return chain(...stages.slice(0, at), given(points, tags), ...stages.slice(at));
}

/** The index of the last stage that decides for how long trials train, or on which examples they are evaluated; -1 if none does. */
const lastBudgeting = (stages: readonly Strategy[]): number =>
  stages.findLastIndex(({ rungs, full, races }) => rungs !== undefined || full !== undefined || races);

/** Whether a strategy has a stage behind which others get budgets for their trials. */
export const budgetsOthers = (strategy: Strategy): boolean => lastBudgeting(stagesOf(strategy)) >= 0;

interface Comparison {
  /** The number of the next point. */
  readonly next: number;
  /** How many other configurations were suggested. */
  readonly others: number;
  readonly given: readonly RankedTrial[];
  readonly own: History<RankedTrial>;
  /** In how many pairs of a given and an own trial the given one is better. */
  readonly wins: number;
}

const given = (points: readonly Point[], tags: Tags): Strategy =>
  defineStrategy<Comparison>({
    name: 'earlier',
    init: () => ({ next: 0, others: 0, given: [], own: History.of(), wins: 0 }),
    tell: compared,
    ask({ next, others, given, own, wins }, ask, _rng, env) {
      if (ask.fixed) return undefined; // with fixed values, it would be another configuration
      const at = findUsable(next + (ask.retry ?? 0), points.length, (i) => env.feasible(points[i]!));
      if (at >= points.length || next > others || 2 * wins < given.length * own.length) return undefined;
      return propose(ask, env.name, points[at]!, { ...stateTag(env.name, at), ...tags });
    },
  });

function compared(state: Comparison, fact: StrategyEvent, { name }: { readonly name: string }): Comparison {
  if (fact.type === 'reported' || (fact.type === 'suggested' && fact.resumes !== undefined)) return state;
  const at = fact.by === name ? numberIn(fact.tags, name) : undefined;
  if (fact.type === 'suggested') return at === undefined ? { ...state, others: state.others + 1 } : { ...state, next: at + 1 };
  const ranked = rankTrial(fact.id, fact);
  if (!ranked) return state;
  const { given, own, wins } = state;
  if (at !== undefined) {
    const won = own.toArray().filter((other) => compareRanked(ranked, other) < 0).length; // a few times in a study
    return { ...state, given: [...given, ranked], wins: wins + won };
  }
  return { ...state, own: own.push(ranked), wins: wins + given.filter((other) => compareRanked(other, ranked) < 0).length };
}
