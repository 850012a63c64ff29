import { StrategyError } from '../../../src/errors.ts';
import type { Losses } from '../../../src/numeric/pareto/pareto.ts';
import { valuesText } from '../../../src/schedulers/stopReasons.ts';
import { finite, oneOrByName } from '../../../src/schema/optionRules.ts';
import { type OptionsOf, required, resolveOptions } from '../../../src/schema/optionSet.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Strategy } from '../../kernel/strategy.ts';
import { stopOptions, stopRule } from './stopRule.ts';

const thresholdStopOwnOptions = {
  /**
   * The worst value that a trial may report, in units of the objective: the highest if it is minimised, the lowest if it is maximised. With several
   * objectives, give values by name; an objective that is not named may have any value.
   */
  worst: required(oneOrByName(finite, 'a number, or numbers by the names of objectives', 1)),
};
export const thresholdStopOptions: typeof stopOptions & typeof thresholdStopOwnOptions = { ...stopOptions, ...thresholdStopOwnOptions };
export type ThresholdStopOptions = OptionsOf<typeof thresholdStopOptions>;

/**
 * Stops a trial that reports a value worse than a threshold.
 *
 * Use it if you know which values no good trial reports.
 *
 * @throws OptionError; StrategyError at subscription if the study has no such objective
 * @example
 * chain(thresholdStop({ worst: { accuracy: 0.6 }, warmup: 5 }), tpe())
 */
export function thresholdStop(options: ThresholdStopOptions): Strategy {
  const { worst, warmup, peers } = resolveOptions('thresholdStop', thresholdStopOptions, options);
  return stopRule<Losses, Losses>(
    {
      name: 'thresholdStop',
      start: (env) => highestLosses(env, worst),
      extend: (_, { losses }) => losses,
      judge: (highest, losses, { step }, env) =>
        losses.some((loss, k) => loss > highest[k]!)
          ? `${valuesText(env, losses)} at step ${step} is worse than ${valuesText(env, highest)}`
          : undefined,
    },
    warmup,
    peers,
    options,
  );
}

/** One threshold an objective, as losses. */
function highestLosses({ objectives, maximised = [] }: Env, worst: ThresholdStopOptions['worst']): number[] {
  if (typeof worst === 'number' && objectives.length > 1) {
    throw new StrategyError(`thresholdStop.worst: expected numbers by the names ${objectives.join(', ')}, got ${worst}`);
  }
  const byName = typeof worst === 'number' ? { [objectives[0]!]: worst } : worst;
  const unknown = Object.keys(byName).find((name) => !objectives.includes(name));
  if (unknown !== undefined) throw new StrategyError(`thresholdStop.worst: expected names of ${objectives.join(', ')}, got ${unknown}`);
  return objectives.map((name) => {
    const value = byName[name];
    if (value === undefined) return Number.POSITIVE_INFINITY;
    return maximised.includes(name) ? -value : value;
  });
}
