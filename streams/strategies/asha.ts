import { checkRungs, rungsOf } from '../../src/schedulers/rungBudgets.ts';
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
 * Early rungs may say little about the final result. The study learns which rung is the first that predicts the order of trials at the next rung,
 * and compares trials from there on. The tag `first rung` of a suggestion names it, with the reason. Equal results stop no trial. Failed and
 * infeasible trials are ignored at a rung, and so are exact duplicates of an earlier learning curve.
 *
 * With several objectives, trials are ranked by non-domination: those that no other one dominates come first. Of these, the ends of the front and then
 * those with the most room around them come first, as in `nsga2`. A rung predicts the next one if trials that dominate others there still do so later.
 *
 * @throws OptionError for budgets in the wrong order
 * @example
 * chain(asha({ min: 1, max: 81 }), bo()); // stops trials that fall behind
 * chain(asha({ min: 1, max: 81, pause: true }), bo()); // for trainers that resume from checkpoints
 */
export function asha(options: AshaOptions): Strategy {
  const settings = resolveOptions('asha', halvingOptions, options);
  checkRungs('asha', settings);
  return halving('asha', options, { ...settings, rungs: rungsOf(settings) });
}
