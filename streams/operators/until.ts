import { afterResult, noPlateau, type Plateau } from '../../src/ledger/plateau.ts';
import { isRecord } from '../../src/schema/json.ts';
import { checkOption, notNegative, type OptionRule, wholeFrom } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../src/schema/optionSet.ts';
import { child, type Env, isBy } from '../../src/strategy/env.ts';
import type { StrategyEvent, TrialId } from '../../src/strategy/messages.ts';
import { partOf, type Strategy, type StrategySpec, withSpec } from '../kernel/strategy.ts';
import { handOver } from './handOver.ts';
import { oneObjective } from './oneObjective.ts';

/**
 * When a stage ends, as a fold over the facts that the stage receives: so it ends at the same entry each time the log is read.
 *
 * @typeParam S the state of the fold, which is never changed, only replaced
 */
export interface Condition<S = unknown> {
  init(env: Env): S;
  /** The state after a fact. @param own whether the fact is about a trial that the stage suggested */
  tell(state: S, fact: StrategyEvent, own: boolean): S;
  holds(state: S): boolean;
  /** The condition as data; absent for a condition in code. */
  readonly spec?: StrategySpec;
}

/** The open trials of the stage, and the state of the condition. */
interface UntilState<S> {
  readonly own: ReadonlySet<TrialId>;
  readonly known: S;
}

/**
 * Uses a strategy until a condition holds; after that, asks are handed on. Trials that the strategy suggested before continue, and it still
 * learns their results.
 *
 * @throws OptionError for an argument that is not a strategy.
 * @example
 * chain(until(plateau(20), ga()), bo()) // evolution until it finds nothing better, then a model
 * const first: Condition<boolean> = { init: () => false, tell: (over, { type }, own) => over || (own && type === 'ended'), holds: (over) => over };
 * chain(until(first, sobol()), bo()) // until its first trial has ended
 */
export function until<S>(condition: Condition<S>, strategy: Strategy): Strategy {
  checkOption('until', condition, conditionRule);
  return withSpec({ until: [condition.spec ?? 'code', partOf('until', strategy)] }, (parent) => {
    const env = child(parent, 'until');
    const isOwn = (own: ReadonlySet<TrialId>, fact: StrategyEvent): boolean =>
      fact.type === 'suggested' ? isBy(env.name, fact) : own.has(fact.id);
    return handOver<UntilState<S>>(strategy, env, {
      start: { own: new Set(), known: condition.init(env) },
      tell({ own, known }, fact) {
        const mine = isOwn(own, fact);
        return { own: mine ? runningAfter(own, fact) : own, known: condition.tell(known, fact, mine) };
      },
      passed: ({ known }) => condition.holds(known),
    });
  });
}

const conditionRule: Omit<OptionRule, 'schema'> = {
  expected: 'a condition such as plateau(20)',
  holds: (value): value is Condition =>
    isRecord(value) && [value.init, value.tell, value.holds].every((part) => typeof part === 'function'),
  hint: (got) => (typeof got === 'function' ? '; the condition comes first, as in until(plateau(20), ga())' : ''),
};

function runningAfter(running: ReadonlySet<TrialId>, { type, id }: StrategyEvent): ReadonlySet<TrialId> {
  if (type === 'reported') return running;
  const next = new Set(running);
  if (type === 'suggested') next.add(id);
  else next.delete(id);
  return next;
}

export const plateauOptions = {
  /** A result counts as better only if it improves on the best one by more than this, in units of the objective. Default: 0. */
  improvement: optional(notNegative, 0),
};
export type PlateauOptions = OptionsOf<typeof plateauOptions>;

/**
 * Holds after `results` results of the stage in a row that did not improve on all earlier results at the same budget, including those of other
 * strategies. Stopped trials count, failed trials do not.
 *
 * @param results whole, at least 1.
 * @throws OptionError; StrategyError at subscription if the study has several objectives.
 * @example
 * until(plateau(20, { improvement: 0.001 }), ga())
 */
export function plateau(results: number, options: PlateauOptions = {}): Condition<Plateau> {
  checkOption('plateau', results, wholeFrom(1));
  const { improvement } = resolveOptions('plateau', plateauOptions, options);
  return {
    init(env) {
      oneObjective(env, 'plateau compares results by');
      return noPlateau;
    },
    tell: (known, fact, own) => (fact.type === 'ended' ? afterResult(known, fact, improvement, own) : known),
    holds: ({ length }) => length >= results,
    spec: { plateau: improvement === 0 ? results : [results, options] },
  };
}
