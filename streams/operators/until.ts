import { Plateau } from '../../src/ledger/plateau.ts';
import { child, type Env, type StrategyEvent } from '../../src/messages.ts';
import { checkOption, notNegative, wholeFrom } from '../../src/optionRules.ts';
import { type OptionsOf, optional, settle } from '../../src/optionSet.ts';
import { type Strategy, type StrategySpec, withSpec } from '../strategy.ts';
import { oneObjective } from './oneObjective.ts';
import { nest, respond } from './runInner.ts';

/** When a stage is over: begins a fold over what the stage is told, which says after each fact whether the condition holds. */
export interface Condition {
  (env: Env): (told: StrategyEvent, own: boolean) => boolean;
  /** The same as data; absent for a bare function. */
  readonly spec?: StrategySpec;
}

/**
 * A strategy until a condition holds; from then on asks are handed on, whatever comes. The trials that it has out go on, and it is told of
 * them. A condition is a function of what the stage was told, so it holds at the same place whenever the log is read.
 *
 * @example
 * chain(until(plateau(20), ga()), bo()) // evolution until it finds nothing better, then a model
 * chain(until(() => ({ type }, own) => own && type === 'ended', sobol()), bo()) // until its first trial has ended
 */
export const until = (condition: Condition, strategy: Strategy): Strategy =>
  withSpec({ until: [condition.spec ?? (condition.name || 'code'), strategy.spec ?? strategy.name] }, (parent) => {
    const env = child(parent, 'until');
    return respond((out) => {
      const inner = nest(strategy, env, out);
      const holds = condition(env);
      const own = new Set<number>();
      let over = false;
      const isOwn = (told: StrategyEvent): boolean => {
        if (told.type === 'suggested' && told.by.startsWith(`${env.name}/`)) own.add(told.id);
        return told.type === 'ended' ? own.delete(told.id) : own.has(told.id);
      };
      return {
        answer: (ask) => (over ? ask : inner.ask(ask)),
        tell: (told) => {
          if (!over) over = holds(told, isOwn(told));
          inner.tell(told);
        },
      };
    });
  });

export const plateauOptions = {
  /** A result counts as better only if it improves on the best one by more than this, in units of the objective. Default: 0. */
  improvement: optional(notNegative, 0),
};
export type PlateauOptions = OptionsOf<typeof plateauOptions>;

/**
 * So many results of the stage in a row, none of which was better than all before it at its budget, whoever proposed those. Trials that were
 * stopped count, those that failed do not.
 *
 * @param results whole, at least 1.
 * @throws OptionError; StrategyError at subscription where the study has several objectives.
 * @example
 * until(plateau(20, { improvement: 0.001 }), ga())
 */
export function plateau(results: number, options: PlateauOptions = {}): Condition {
  checkOption('plateau', results, wholeFrom(1));
  const { improvement } = settle('plateau', plateauOptions, options);
  const begin = (env: Env) => {
    oneObjective(env, 'plateau compares results by');
    const fold = new Plateau(improvement);
    return (told: StrategyEvent, own: boolean) => {
      if (told.type === 'ended') fold.add(told, own);
      return fold.length >= results;
    };
  };
  return Object.assign(begin, { spec: { plateau: improvement === 0 ? results : [results, options] } });
}
