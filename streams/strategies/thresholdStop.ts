import { StrategyError } from '../../src/errors.ts';
import type { Env } from '../../src/messages.ts';
import type { Losses } from '../../src/numeric/pareto.ts';
import { checkOptions, needed, type Rule } from '../../src/optionRules.ts';
import type { Strategy } from '../strategy.ts';
import { grace, type StopOptions, stopRule } from './stopRule.ts';

/** Defaults: `warmup` 0, `peers` 0. */
export interface ThresholdStopOptions extends StopOptions {
  /**
   * The worst value that may be reported, in units of the objective: the highest where it is minimised, the lowest where it is maximised. With
   * several objectives by their names; those that are not named may have any value.
   */
  readonly worst: number | Readonly<Record<string, number>>;
}

/**
 * Stops a trial that reports a value worse than a threshold.
 *
 * @throws OptionError; StrategyError at subscription where the study has no such objective
 * @example
 * chain(thresholdStop({ worst: { accuracy: 0.6 }, warmup: 5 }), tpe())
 */
export function thresholdStop(options: ThresholdStopOptions): Strategy {
  checkOptions('thresholdStop', options, { worst: needed(threshold), ...grace });
  const { worst, warmup = 0, peers = 0 } = options;
  return stopRule<Losses, Losses>(
    {
      name: 'thresholdStop',
      start: (env) => highestLosses(env, worst),
      follow: (_, { losses }) => losses,
      judge: (highest, losses) => losses.some((loss, k) => loss > highest[k]!),
    },
    warmup,
    peers,
    options,
  );
}

const threshold: Rule = {
  expected: 'a number, or numbers by the names of objectives',
  holds(worst) {
    const values = typeof worst === 'number' ? [worst] : Object.values(worst ?? {});
    return values.length > 0 && values.every(Number.isFinite);
  },
};

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
