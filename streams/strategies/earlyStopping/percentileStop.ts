import { bestOf, type Losses } from '../../../src/numeric/pareto/domination.ts';
import { Curves } from '../../../src/schedulers/percentile.ts';
import { valuesText } from '../../../src/schedulers/stopReasons.ts';
import { below, notNegative, wholeFrom } from '../../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../../src/schema/optionSet.ts';
import type { Strategy } from '../../kernel/strategy.ts';
import { stopRule } from './stopRule.ts';

export const percentileStopOptions = {
  /** A trial continues while it is among the best so many per cent; 50 is the median. Default: 50. */
  percentile: optional(below(100), 50),
  /** No trial is stopped before this step. Default: 1. */
  warmup: optional(notNegative, 1),
  /** No trial is stopped before this many others have reported at the same step. Default: 4. */
  peers: optional(wholeFrom(1), 4),
};
export type PercentileStopOptions = OptionsOf<typeof percentileStopOptions>;

/**
 * Stops a trial whose best loss so far, or whose mean over examples, is not among the best `percentile` per cent of the others' at the same step.
 *
 * Use it as an early-stopping rule that needs no budgets. By default, it is the median rule (Golovin et al., KDD 2017, section 3.2), but with the best
 * loss of a curve instead of its mean.
 *
 * With several objectives, trials are ranked by non-domination. Steps that the others skipped are not compared.
 *
 * @throws OptionError
 * @example
 * chain(percentileStop({ percentile: 25, warmup: 5 }), ga())
 */
export function percentileStop(options: PercentileStopOptions = {}): Strategy {
  const { percentile, warmup, peers } = resolveOptions('percentileStop', percentileStopOptions, options);
  return stopRule<Losses, Curves>(
    {
      name: 'percentileStop',
      start: () => new Curves(),
      extend: (best, { losses, results }) => (results ? losses : bestOf(best, losses)), // a mean over examples counts as it is
      judge: (curves, best, { step }, env) =>
        curves.at(step) >= peers && curves.shareBetter(step, best) > percentile / 100
          ? `its best up to step ${step}, ${valuesText(env, best)}, is not among the best ${percentile} % of ${curves.at(step)}`
          : undefined,
      add: (curves, best, { step }) => curves.add(step, best),
    },
    warmup,
    options,
  );
}
