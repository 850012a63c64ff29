import { bool } from '../../schema/optionRules.ts';
import type { Levels } from '../axis.ts';
import { fault } from '../check.ts';
import { evenLevels, type Scale } from '../scale.ts';
import { checkedBy } from '../shape.ts';
import type { DataOf, ParameterType } from './parameterType.ts';
import { rangeEnds, rangeOptions } from './range.ts';
import { linearTransform, logTransform } from './transform.ts';

const optional = {
  /** Uniform in the logarithm of [low - 0.5, high + 0.5], so that the ends get their full share; needs low >= 1. */
  log: checkedBy(bool),
  ...rangeOptions,
};
/** @see int */
export type IntDimension = DataOf<'int', typeof rangeEnds, typeof optional>;

export const intType: ParameterType<IntDimension> = {
  required: rangeEnds,
  optional,
  values: ({ low, high, log, step = 1 }) => ({
    low,
    high,
    step,
    whole: true,
    transform: log ? logTransform(low, high) : linearTransform(low, high),
  }),
  scale: intScale,
};

/** With more, doubles cannot distinguish the coordinates of neighbouring levels. */
const MOST_LEVELS = 2 ** 50;
const MOST_LOG = 1e12;

function intScale(path: string, dimension: IntDimension): Scale {
  const { low, high, log, step = 1 } = dimension;
  for (const key of ['low', 'high', 'step'] as const) {
    const value = dimension[key] ?? 1;
    if (!Number.isSafeInteger(value))
      throw fault(
        `${path}.${key}`,
        Number.isInteger(value) ? 'a whole number that a double can represent' : 'a whole number',
        dimension[key],
      );
  }
  if (!(low <= high)) throw fault(`${path}.low`, `at most high (${high})`, low);
  if (log && step !== 1) throw fault(path, 'at most one of log and step', dimension);
  if (log && low < 1) throw fault(`${path}.low`, 'at least 1 if log is true', low);
  if (log && high > MOST_LOG) throw fault(`${path}.high`, `at most ${MOST_LOG} if log is true`, high);
  const count = Math.floor((high - low) / step) + 1;
  if (count > MOST_LEVELS) throw fault(`${path}.high`, 'a range of at most 2^50 values', high);
  const last = low + (count - 1) * step;
  const bins = log ? logBins(low, high) : { levels: evenLevels(count) };
  const { levels } = bins;
  return {
    kind: 'int',
    ordered: true,
    ...bins,
    expects: `a whole number in [${low}, ${last}]${step === 1 ? '' : ` in steps of ${step}`}`,
    accepts: (value) =>
      Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= last && ((value as number) - low) % step === 0,
    toValue: (u) => low + step * levels.of(u),
    toCoordinate: (value) =>
      (value as number) >= low && (value as number) <= last ? levels.at(Math.round(((value as number) - low) / step)) : Number.NaN,
    slope: () => 0,
  };
}

/**
 * The bin of x is [x - 0.5, x + 0.5], on a coordinate that is uniform in the logarithm; the middle of a bin is its geometric mean. So the
 * first and the last value get their full share.
 */
function logBins(low: number, high: number): Required<Pick<Scale, 'levels' | 'cut'>> {
  const { coordinate, value } = logTransform(low - 0.5, high + 0.5);
  const levels: Levels = {
    count: high - low + 1,
    at: (k) => coordinate(Math.sqrt((low + k - 0.5) * (low + k + 0.5))),
    of: (u) => Math.min(high, Math.max(low, Math.round(value(u)))) - low,
  };
  return { levels, cut: (k) => coordinate(low - 0.5 + k) };
}
