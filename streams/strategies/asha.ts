import { checkRungs, rungsOf } from '../../src/schedulers/rungs.ts';
import { resolveOptions } from '../../src/schema/optionSet.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { type HalvingOptions, halving, halvingOptions } from './halving.ts';

export type AshaOptions = HalvingOptions;

/**
 * Asynchronous successive halving (Li et al., MLSys 2020): it decides how long trials train; the strategies behind it choose configurations. At
 * each rung, the best third is promoted.
 *
 * Use it to stop bad trials early if your trainer reports its loss while it trains.
 *
 * Comparisons begin at the first rung that predicts the order at the next one, which the study learns from its own results; the tag `first rung`
 * of a suggestion says which one that is, and why. Equal results stop no trial. Ignored at a
 * rung: failed and infeasible trials, and exact duplicates of an earlier learning curve.
 *
 * @throws OptionError for budgets in the wrong order; StrategyError at subscription if the study has several objectives
 * @example
 * chain(asha({ min: 1, max: 81 }), bo()); // stops trials that fall behind
 * chain(asha({ min: 1, max: 81, pause: true }), bo()); // for trainers that resume from checkpoints
 */
export function asha(options: AshaOptions): Strategy {
  const settings = resolveOptions('asha', halvingOptions, options);
  checkRungs('asha', settings);
  return halving('asha', options, { ...settings, rungs: rungsOf(settings) });
}
