import type { Losses } from '../../src/numeric/pareto.ts';
import { below, checkOptions, wholeFrom } from '../../src/optionRules.ts';
import { bestOf, Curves } from '../../src/schedulers/percentile.ts';
import type { Strategy } from '../strategy.ts';
import { grace, type StopOptions, stopRule } from './stopRule.ts';

/** Defaults: `warmup` 1, `peers` 4. */
export type MedianStopOptions = StopOptions;

export interface PercentileStopOptions extends StopOptions {
  /** A trial goes on while it is among the best so many per cent, above 0 and below 100. Default 50. */
  readonly percentile?: number | undefined;
}

/**
 * Stops a trial whose best loss so far is not among the best `percentile` per cent of the others' at the same step. With several objectives,
 * trials are ranked by non-domination. Steps that others skipped are not compared.
 *
 * @throws OptionError
 * @example
 * chain(percentileStop({ percentile: 25, warmup: 5 }), ga())
 */
export const percentileStop = (options: PercentileStopOptions = {}): Strategy => stopBelow('percentileStop', options);

/**
 * Stops a trial whose best loss so far is worse than the median of the others' at the same step (Golovin et al., KDD 2017, section 3.2;
 * best instead of mean, as a curve's best is its result): `percentileStop` at 50 per cent.
 *
 * @throws OptionError
 * @example
 * chain(medianStop({ warmup: 5 }), ga())
 */
export const medianStop = (options: MedianStopOptions = {}): Strategy => stopBelow('medianStop', options);

function stopBelow(name: string, options: PercentileStopOptions): Strategy {
  checkOptions(name, options, { percentile: below(100), ...grace, peers: wholeFrom(1) });
  const { percentile = 50, warmup = 1, peers = 4 } = options;
  return stopRule<Losses, Curves>(
    {
      name,
      start: () => new Curves(),
      follow: (best, { losses }) => bestOf(best, losses),
      judge: (curves, best, { step }) => curves.shareBetter(step, best) > percentile / 100,
      add: (curves, best, { step }) => curves.add(step, best),
    },
    warmup,
    peers,
    options,
  );
}
