import type { HelpEntry } from './helpText.ts';

/** Parameters that are better searched on a logarithmic scale. */
const LOGARITHMIC = /(?:^|[-_.])(?:lr|eta|rate|C|decay|alpha|lambda|l1|l2|reg|gamma|eps|epsilon|wd|tau|tol|temperature)(?:$|[-_])/i;
/** Step sizes, which are useless above 1. */
const RATES = /(?:^|[-_.])(?:lr|eta|rate)$/i;
/** Shares of the data or of the features: with none of them, there is no training, and with all of them there is. */
const SHARES = /sample|fraction|ratio|keep/i;
/** Factors, discounts and probabilities, which stay below 1. */
const FACTORS = /gamma|discount|momentum|rho$|alpha|drop|beta|tau|decay|eps|gae|td[-_]lambda|warm|smooth|mutation|crossover|prob|cool/i;
/** Names of amounts, and of those that are large. */
const AMOUNTS =
  /(?:^|[-_.])(?:n|num|k|depth|degree|layers?|steps?|count|window|neighbou?rs|topics|heads|blocks|rounds|min[-_]samples)(?:$|[-_.])/i;
const SIZES = /(?:^|[-_.])(?:batch|width|units|hidden|dim|size|trees|estimators|population|channels|filters|samples)(?:$|[-_.])/i;

/** How helps and programs write that there is no default. */
export const EMPTY = /^(?:|None|null)$/;

interface Range {
  readonly type: 'float' | 'int';
  readonly low: number;
  readonly high: number;
  readonly scale?: 'log' | 'logit';
}

/** A range for an argument from its bounds, its default or its name. `from` says which one; `nothing`: a person has to write it. */
export function rangeOf({ name, type: kind, default: otherwise = '', low: least, high: most }: HelpEntry): Range & {
  readonly from: 'default' | 'name' | 'nothing';
} {
  const type = kind === 'int' || kind === 'float' ? kind : undefined;
  if (least !== undefined && most !== undefined) return { type: type ?? 'float', low: least, high: most, from: 'default' };
  const value = Number(otherwise);
  const isWhole = /^-?\d+$/.test(otherwise);
  const isOff = isWhole && value < 0 && type !== 'float'; // -1 often stands for none
  const isNumber = otherwise !== '' && Number.isFinite(value) && !isOff;
  const range = isNumber ? rangeAround(name, value, type ?? (isWhole ? undefined : 'float')) : rangeNamed(name, type);
  const says = type !== undefined || (kind !== 'str' && LOGARITHMIC.test(name));
  const from = isNumber ? 'default' : EMPTY.test(otherwise) && says ? 'name' : 'nothing';
  return { ...range, low: Math.max(range.low, least ?? range.low), high: Math.min(range.high, most ?? range.high), from };
}

/** A range where only the name, and perhaps the type, says something about the values. */
function rangeNamed(name: string, type: Range['type'] | undefined): Range {
  if (type !== 'float' && SIZES.test(name)) return { type: 'int', low: 8, high: 256 };
  if (type === 'int' || (type === undefined && AMOUNTS.test(name))) return { type: 'int', low: 1, high: 10 };
  if (!FACTORS.test(name) && LOGARITHMIC.test(name)) return { type: 'float', low: 1e-5, high: 0.1, scale: 'log' };
  return { type: 'float', low: SHARES.test(name) ? 0.1 : 0, high: highest(name) };
}

/** A range that has a default inside, or at an end that its name explains: an amount of 1, or all samples. */
function rangeAround(name: string, value: number, type: Range['type'] | undefined): Range {
  const isShare = SHARES.test(name);
  const isFactor = FACTORS.test(name) && !isShare;
  if (type === 'int' || (type === undefined && !LOGARITHMIC.test(name) && !(value <= 1 && (isFactor || isShare))))
    return { type: 'int', low: Math.max(value >= 1 ? 1 : 0, Math.floor(value / 4)), high: Math.max(4, 4 * value) };
  const isBelow1 = value > 0 && value < 1 && (isFactor || isShare || RATES.test(name));
  if (isBelow1 && isFactor && value >= 0.9 && !/drop/i.test(name))
    return { type: 'float', low: Math.max(0.5, decimal(1 - 10 * (1 - value))), high: decimal(1 - (1 - value) / 10), scale: 'logit' };
  if (value > 0 && (value < 0.01 || (LOGARITHMIC.test(name) && !isShare && !(isFactor && value >= 0.3 && value < 1)))) {
    const most = isBelow1 ? highest(name) : RATES.test(name) ? 10 * value : 100 * value;
    return { type: 'float', low: decimal(value / 100), high: decimal(Math.min(most, 100 * value)), scale: 'log' };
  }
  if (value < 0) return { type: 'float', low: 4 * value, high: -4 * value };
  if (value === 0 && LOGARITHMIC.test(name)) return { type: 'float', low: 0, high: 0.1 };
  const low = isShare && value >= 0.2 ? 0.1 : 0;
  const end = isFactor || isShare ? highest(name) : 1;
  if (value < 1 || isShare) return { type: 'float', low, high: value < end || value === 1 ? end : (value + 1) / 2 };
  return { type: 'float', low, high: 4 * value };
}

/** The end of a range below 1: a network that drops every unit learns nothing, and labels that are all smoothed say nothing. */
const highest = (name: string): number =>
  /warm|smooth/i.test(name) ? 0.3 : /drop/i.test(name) ? 0.9 : SHARES.test(name) || !FACTORS.test(name) ? 1 : 0.99;
const decimal = (value: number): number => Number(value.toPrecision(value > 0.9 && value < 1 ? 6 : 2));
