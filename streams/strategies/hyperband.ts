import { bracketsOf } from '../../src/schedulers/brackets.ts';
import { checkRungs, rungsOf } from '../../src/schedulers/rungBudgets.ts';
import { resolveOptions } from '../../src/schema/optionSet.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { type HalvingOptions, halving, halvingOptions } from './halving.ts';

export type HyperbandOptions = HalvingOptions;

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
  const settings = resolveOptions('hyperband', halvingOptions, options);
  checkRungs('hyperband', settings);
  const { eta, first } = settings;
  return halving('hyperband', options, { rungs: rungsOf(settings), eta, first, brackets: bracketsOf(settings) });
}
