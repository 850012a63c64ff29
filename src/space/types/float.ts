import { bool } from '../../schema/optionRules.ts';
import { fault } from '../check.ts';
import { evenLevels, type Scale } from '../scale.ts';
import { checkedBy } from '../shape.ts';
import { quantumOn, roundingOn, significant, significantOdds } from './decimal.ts';
import type { DataOf, ParameterType } from './parameterType.ts';
import { rangeEnds, rangeOptions } from './range.ts';
import { linearTransform, logitTransform, logTransform, type Transform } from './transform.ts';

const optional = {
  /** Uniform in the logarithm; needs low > 0. */
  log: checkedBy(bool),
  /** Uniform in ln(x / (1 - x)); needs 0 < low and high < 1. For probabilities that matter near both ends. */
  logit: checkedBy(bool),
  ...rangeOptions,
};
/** @see float */
export type FloatDimension = DataOf<'float', typeof rangeEnds, typeof optional>;

export const floatType: ParameterType<FloatDimension> = {
  required: rangeEnds,
  optional,
  values: (dimension) => ({
    low: dimension.low,
    high: dimension.high,
    step: dimension.step,
    whole: false,
    transform: transformOf(dimension),
  }),
  scale: floatScale,
};

function transformOf({ low, high, log, logit }: FloatDimension): Transform {
  return log ? logTransform(low, high) : logit ? logitTransform(low, high) : linearTransform(low, high);
}

function floatScale(path: string, definition: FloatDimension): Scale {
  const dimension = { ...definition, low: definition.low + 0, high: definition.high + 0 }; // never -0, which JSON cannot represent
  const { low, high, log, logit, step } = dimension;
  if (!(low < high)) throw fault(`${path}.low`, `less than high (${high})`, low);
  if (!Number.isFinite(high - low)) throw fault(`${path}.high`, 'a range that a double can represent', high);
  if (log && !(low > 0)) throw fault(`${path}.low`, 'more than 0 if log is true', low);
  if (logit && !(low > 0 && high < 1)) throw fault(path, '0 < low and high < 1 if logit is true', dimension);
  if ([log, logit, step !== undefined].filter(Boolean).length > 1) throw fault(path, 'at most one of log, logit and step', dimension);
  const round = log ? significant : logit ? significantOdds : roundingOn(low, high);
  if (!(round(low) < round(high))) throw fault(`${path}.high`, `a range whose ends differ in their first 12 digits (low is ${low})`, high);
  return step === undefined ? continuous(dimension, round) : stepped(path, dimension, step, round);
}

/**
 * Values are rounded before they become coordinates, and again afterwards. The arithmetic in between errs by less than half a unit of the last
 * place, so decode(encode(x)) is exactly the rounded x, and snapping twice is the same as snapping once. A value that rounds to an end, or past
 * it, is that end: all other values are far enough away to have coordinates of their own.
 */
function continuous(dimension: FloatDimension, round: (x: number) => number): Scale {
  const { low, high } = dimension;
  const transform = transformOf(dimension);
  const first = round(low);
  const last = round(high);
  return {
    kind: 'float',
    ordered: true,
    expects: `a number in [${low}, ${high}]`,
    accepts: (value) => typeof value === 'number' && value >= low && value <= high,
    toValue: (u) => {
      const x = u <= 0 ? first : u >= 1 ? last : round(transform.value(u));
      return x <= first ? low : x >= last ? high : x;
    },
    toCoordinate: (value) => {
      if (!((value as number) >= low && (value as number) <= high)) return Number.NaN;
      const x = round(value as number);
      return x <= first ? 0 : x >= last ? 1 : transform.coordinate(x);
    },
    slope: transform.slope,
  };
}

function stepped(path: string, { low, high }: FloatDimension, step: number, round: (x: number) => number): Scale {
  const count = Math.floor((high - low) / step + 1e-9) + 1; // 0.5 / 0.05 may be slightly less than 10
  if (count < 2 || step < 10 * quantumOn(low, high)) {
    throw fault(`${path}.step`, `a step within the range [${low}, ${high}] that doubles can distinguish`, step);
  }
  const levels = evenLevels(count);
  const valueAt = (k: number) => (k === 0 ? low : Math.min(high, round(low + k * step)));
  const last = valueAt(count - 1);
  const levelOf = (x: number) => Math.round((x - low) / step);
  const onLevel = (x: number) => Math.abs(x - valueAt(levelOf(x))) <= 1e-6 * step || round(x) === valueAt(levelOf(x));
  return {
    kind: 'float',
    ordered: true,
    levels,
    expects: `a number in [${low}, ${last}] in steps of ${step}`,
    accepts: (value) => typeof value === 'number' && levelOf(value) >= 0 && levelOf(value) < count && onLevel(value),
    toValue: (u) => valueAt(levels.of(u)),
    toCoordinate: (value) => levels.at(levelOf(value as number)),
    slope: () => count * step,
  };
}
