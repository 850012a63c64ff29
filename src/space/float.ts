import { fault } from './check.ts';
import { quantumOn, roundingOn, significant, significantOdds } from './decimal.ts';
import type { FloatDimension } from './dimension.ts';
import { evenLevels, type Scale } from './scale.ts';

/** A smooth increasing map of [0, 1] onto a range of values. */
export interface Chart {
  value(coordinate: number): number;
  coordinate(value: number): number;
  /** d value / d coordinate. */
  slope(coordinate: number): number;
}

export const linearChart = (low: number, high: number): Chart => ({
  value: (u) => low + u * (high - low),
  coordinate: (x) => (x - low) / (high - low),
  slope: () => high - low,
});

export function logChart(low: number, high: number): Chart {
  const start = Math.log(low);
  const width = Math.log(high) - start;
  const value = (u: number) => Math.exp(start + u * width);
  return { value, coordinate: (x) => (Math.log(x) - start) / width, slope: (u) => value(u) * width };
}

const logit = (x: number): number => Math.log(x) - Math.log1p(-x);

function logitChart(low: number, high: number): Chart {
  const start = logit(low);
  const width = logit(high) - start;
  const value = (u: number) => 1 / (1 + Math.exp(-(start + u * width)));
  return { value, coordinate: (x) => (logit(x) - start) / width, slope: (u) => value(u) * (1 - value(u)) * width };
}

export function floatChart({ low, high, log, logit }: FloatDimension): Chart {
  return log ? logChart(low, high) : logit ? logitChart(low, high) : linearChart(low, high);
}

export function floatScale(path: string, definition: FloatDimension): Scale {
  const dimension = { ...definition, low: definition.low + 0, high: definition.high + 0 }; // no -0, which JSON does not know
  const { low, high, log, logit, step } = dimension;
  if (!(low < high)) throw fault(`${path}.low`, `less than high (${high})`, low);
  if (!Number.isFinite(high - low)) throw fault(`${path}.high`, 'a range that a double can hold', high);
  if (log && !(low > 0)) throw fault(`${path}.low`, 'more than 0 where log is true', low);
  if (logit && !(low > 0 && high < 1)) throw fault(path, '0 < low and high < 1 where logit is true', dimension);
  if ([log, logit, step !== undefined].filter(Boolean).length > 1) throw fault(path, 'at most one of log, logit and step', dimension);
  const round = log ? significant : logit ? significantOdds : roundingOn(low, high);
  if (!(round(low) < round(high))) throw fault(`${path}.high`, `a range whose ends differ in their first 12 digits (low is ${low})`, high);
  return step === undefined ? continuous(dimension, round) : stepped(path, dimension, step, round);
}

/**
 * Values are rounded before they become coordinates and after. The arithmetic between errs by less than half a unit of the last place, so
 * decode(encode(x)) is the rounded x, exactly, and snapping twice is snapping once. What would round to an end, or past it, is that end: all
 * other values are far enough from it to have coordinates of their own.
 */
function continuous(dimension: FloatDimension, round: (x: number) => number): Scale {
  const { low, high } = dimension;
  const chart = floatChart(dimension);
  const first = round(low);
  const last = round(high);
  return {
    kind: 'float',
    expects: `a number in [${low}, ${high}]`,
    accepts: (value) => typeof value === 'number' && value >= low && value <= high,
    toValue: (u) => {
      const x = u <= 0 ? first : u >= 1 ? last : round(chart.value(u));
      return x <= first ? low : x >= last ? high : x;
    },
    toCoordinate: (value) => {
      if (!((value as number) >= low && (value as number) <= high)) return Number.NaN;
      const x = round(value as number);
      return x <= first ? 0 : x >= last ? 1 : chart.coordinate(x);
    },
    slope: chart.slope,
  };
}

function stepped(path: string, { low, high }: FloatDimension, step: number, round: (x: number) => number): Scale {
  const count = Math.floor((high - low) / step + 1e-9) + 1; // 0.5 / 0.05 may fall a hair short of 10
  if (count < 2 || step < 10 * quantumOn(low, high)) {
    throw fault(`${path}.step`, `a step within the range [${low}, ${high}] that doubles can tell`, step);
  }
  const levels = evenLevels(count);
  const valueAt = (k: number) => (k === 0 ? low : Math.min(high, round(low + k * step)));
  const last = valueAt(count - 1);
  const levelOf = (x: number) => Math.round((x - low) / step);
  const onLevel = (x: number) => Math.abs(x - valueAt(levelOf(x))) <= 1e-6 * step || round(x) === valueAt(levelOf(x));
  return {
    kind: 'float',
    levels,
    expects: `a number in [${low}, ${last}] in steps of ${step}`,
    accepts: (value) => typeof value === 'number' && levelOf(value) >= 0 && levelOf(value) < count && onLevel(value),
    toValue: (u) => valueAt(levels.of(u)),
    toCoordinate: (value) => levels.at(levelOf(value as number)),
    slope: () => count * step,
  };
}
