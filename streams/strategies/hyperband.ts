import { tpeOptions } from '../../src/samplers/tpe/tpe.ts';
import { type Bracket, bracketsOf } from '../../src/schedulers/brackets.ts';
import { Cohorts } from '../../src/schedulers/cohorts.ts';
import { checkRungs, rungOptions, rungsOf } from '../../src/schedulers/rungBudgets.ts';
import { wholeFrom } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../src/schema/optionSet.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { chain } from '../operators/chain.ts';
import { halving, halvingOptions, scheduling } from './halving.ts';
import { tpe } from './tpe.ts';

export const hyperbandOptions: typeof halvingOptions = { ...halvingOptions };
export type HyperbandOptions = OptionsOf<typeof hyperbandOptions>;

/**
 * Hyperband (Li et al., JMLR 2018): it decides how long trials train; the strategies behind it choose configurations. Its brackets start to compare
 * trials at different budgets.
 *
 * Use it instead of `asha` if low budgets may mislead.
 *
 * In the paper, each bracket costs the same, because it is unknown which budgets mislead. Here, the study learns this from its results. If the first
 * rung of a bracket does not predict the next rung, the bracket gets no more trials. If a rung predicts the next rung well (Kendall's tau), fewer
 * configurations begin in the brackets above it. All brackets fill at the same time, and no trainer waits.
 *
 * Equal results stop no trial. Failed and infeasible trials are ignored at a rung, and so are exact duplicates of an earlier learning curve. In a
 * finite space, it may try a configuration again at another budget. Several objectives are compared as in `asha`.
 *
 * @throws OptionError for budgets in the wrong order
 * @example
 * chain(hyperband({ min: 1, max: 81, eta: 3 }), tpe())
 */
export function hyperband(options: HyperbandOptions): Strategy {
  const settings = resolveOptions('hyperband', hyperbandOptions, options);
  checkRungs('hyperband', settings);
  const { eta, first } = settings;
  return halving('hyperband', options, { rungs: rungsOf(settings), eta, first, brackets: bracketsOf(settings) });
}

const successiveHalvingOwnOptions = {
  /** How many configurations a cohort has. Default: enough that one reaches `max`, a factor of `eta` for each rung. */
  configurations: optional(wholeFrom(1)),
};
export const successiveHalvingOptions: typeof rungOptions & typeof successiveHalvingOwnOptions = {
  ...rungOptions,
  ...successiveHalvingOwnOptions,
};
export type SuccessiveHalvingOptions = OptionsOf<typeof successiveHalvingOptions>;

/**
 * Successive halving (Jamieson & Talwalkar, AISTATS 2016): a cohort of configurations begins at `min`. When all have ended, the best third is
 * resumed from checkpoints up to the next budget, until `max`. The next cohort begins while the last trials still run.
 *
 * Use it to follow the paper; `asha` does the same without waiting, and learns from which rung on results predict the end. Here you choose that by
 * `min`: with good configurations that start slowly, a rung after the first epoch is worse than random search.
 *
 * @throws OptionError for budgets in the wrong order
 * @example
 * chain(successiveHalving({ min: 1, max: 27, configurations: 40 }), sobol())
 */
export function successiveHalving(options: SuccessiveHalvingOptions): Strategy {
  const settings = resolveOptions('successiveHalving', successiveHalvingOptions, options);
  checkRungs('successiveHalving', settings);
  const budgets = rungsOf(settings);
  const { eta, configurations = eta ** (budgets.length - 1) } = settings;
  const bracket: Bracket = { size: configurations, budgets };
  return scheduling('successiveHalving', options, budgets, (env) => new Cohorts(bracket, eta, env));
}

export const bohbOptions: typeof hyperbandOptions & typeof tpeOptions = { ...hyperbandOptions, ...tpeOptions };
export type BohbOptions = OptionsOf<typeof bohbOptions>;

/**
 * BOHB (Falkner, Klein & Hutter, ICML 2018): Hyperband decides how long trials train, and `tpe`, which learns from all budgets, chooses
 * configurations.
 *
 * Use it as a short name for `chain(hyperband(...), tpe(...))`.
 *
 * The paper draws a third of the configurations at random; here that share is `random`, or more if the model repeats itself more often.
 *
 * @throws OptionError
 * @example
 * bohb({ min: 1, max: 81 })
 */
export function bohb(options: BohbOptions): Strategy {
  checkRungs('bohb', resolveOptions('bohb', bohbOptions, options));
  const { min, max, eta, pause, first, ...model } = options;
  const budgets = { min, max, eta, pause, first };
  return chain(hyperband(budgets), tpe(model));
}
