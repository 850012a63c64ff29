import type { Levels } from './axis.ts';
import { fault } from './check.ts';
import type { IntDimension } from './dimension.ts';
import { logChart } from './float.ts';
import { evenLevels, type Scale } from './scale.ts';

/** Beyond these, a double cannot tell a level's coordinate from its neighbour's. */
const MOST_LEVELS = 2 ** 50;
const MOST_LOG = 1e12;

export function intScale(path: string, dimension: IntDimension): Scale {
  const { low, high, log, step = 1 } = dimension;
  for (const key of ['low', 'high', 'step'] as const) {
    if (!Number.isSafeInteger(dimension[key] ?? 1)) throw fault(`${path}.${key}`, 'a whole number that a double can hold', dimension[key]);
  }
  if (!(low <= high)) throw fault(`${path}.low`, `at most high (${high})`, low);
  if (log && step !== 1) throw fault(path, 'at most one of log and step', dimension);
  if (log && low < 1) throw fault(`${path}.low`, 'at least 1 where log is true', low);
  if (log && high > MOST_LOG) throw fault(`${path}.high`, `at most ${MOST_LOG} where log is true`, high);
  const count = Math.floor((high - low) / step) + 1;
  if (count > MOST_LEVELS) throw fault(`${path}.high`, 'a range of at most 2^50 values', high);
  const last = low + (count - 1) * step;
  const levels = log ? logLevels(low, high) : evenLevels(count);
  return {
    kind: 'int',
    levels,
    expects: `a whole number in [${low}, ${last}]${step === 1 ? '' : ` in steps of ${step}`}`,
    accepts: (value) =>
      Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= last && ((value as number) - low) % step === 0,
    toValue: (u) => low + step * levels.of(u),
    toCoordinate: (value) =>
      (value as number) >= low && (value as number) <= last ? levels.at(Math.round(((value as number) - low) / step)) : Number.NaN,
    slope: () => 0,
  };
}

/** The bin of x is [x - 0.5, x + 0.5], and the coordinate is uniform in the logarithm: the middle of a bin is its geometric mean. */
function logLevels(low: number, high: number): Levels {
  const { coordinate, value } = logChart(low - 0.5, high + 0.5);
  return {
    count: high - low + 1,
    at: (k) => coordinate(Math.sqrt((low + k - 0.5) * (low + k + 0.5))),
    of: (u) => Math.min(high, Math.max(low, Math.round(value(u)))) - low,
  };
}
