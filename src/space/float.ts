import { fault } from './check.ts';
import { roundingOn, significant, significantOdds } from './decimal.ts';
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

export function floatScale(path: string, dimension: FloatDimension): Scale {
  const { low, high, log, logit, step } = dimension;
  if (!(low < high)) throw fault(`${path}.low`, `less than high (${high})`, low);
  if (!Number.isFinite(high - low)) throw fault(`${path}.high`, 'a range that a double can hold', high);
  if (log && !(low > 0)) throw fault(`${path}.low`, 'more than 0 where log is true', low);
  if (logit && !(low > 0 && high < 1)) throw fault(path, '0 < low and high < 1 where logit is true', dimension);
  if ([log, logit, step !== undefined].filter(Boolean).length > 1) throw fault(path, 'at most one of log, logit and step', dimension);
  const linear = roundingOn(low, high);
  if (!linear && !log && !logit)
    throw fault(`${path}.high`, `a range wide enough for doubles to tell its values apart (low is ${low})`, high);
  return step === undefined
    ? continuous(dimension, log ? significant : logit ? significantOdds : linear!)
    : stepped(path, low, high, step, linear!);
}

/**
 * Values are rounded before they become coordinates and after: the arithmetic between errs by less than half a unit of the last place, so that
 * decode(encode(x)) is the rounded x, exactly, and snapping twice is snapping once.
 */
function continuous(dimension: FloatDimension, round: (x: number) => number): Scale {
  const { low, high } = dimension;
  const chart = floatChart(dimension);
  const tidy = (x: number) => Math.min(high, Math.max(low, round(x)));
  return {
    kind: 'float',
    expects: `a number in [${low}, ${high}]`,
    accepts: (value) => typeof value === 'number' && value >= low && value <= high,
    toValue: (u) => (u <= 0 ? low : u >= 1 ? high : tidy(chart.value(u))),
    toCoordinate: (value) => {
      const x = value as number;
      if (!(x >= low && x <= high)) return Number.NaN;
      const near = tidy(x);
      return near === low ? 0 : near === high ? 1 : chart.coordinate(near);
    },
    slope: chart.slope,
  };
}

/** How many steps fit; a hair of tolerance, since 0.5 / 0.05 may fall short of 10. */
export const stepsIn = (low: number, high: number, step: number): number => Math.floor((high - low) / step + 1e-9);

function stepped(path: string, low: number, high: number, step: number, round: (x: number) => number): Scale {
  const count = stepsIn(low, high, step) + 1;
  const last = round(low + (count - 1) * step);
  const levels = evenLevels(count);
  const valueAt = (k: number) => (k === 0 ? low : round(low + k * step));
  const levelOf = (x: number) => Math.round((x - low) / step);
  if (count < 2 || valueAt(1) === low) throw fault(`${path}.step`, `a step within the range [${low}, ${high}] that doubles can tell`, step);
  const near = (x: number) => Math.abs(x - valueAt(levelOf(x))) <= 1e-9 * step;
  return {
    kind: 'float',
    levels,
    expects: `a number in [${low}, ${last}] in steps of ${step}`,
    accepts: (value) => typeof value === 'number' && levelOf(value) >= 0 && levelOf(value) < count && near(value),
    toValue: (u) => valueAt(levels.of(u)),
    toCoordinate: (value) => levels.at(levelOf(value as number)),
    slope: () => count * step,
  };
}
