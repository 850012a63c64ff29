import { type Dimension, valuesOf } from '../../../space/types/dimension.ts';
import { isRange, type NumberRange } from '../../../space/types/parameterType.ts';
import { linearTransform, logTransform, type Transform } from '../../../space/types/transform.ts';
import { valueKey, valueText } from '../../../space/value.ts';
import { formatNumber } from './format.ts';

/** Maps values to places on an axis: 0 at the bottom, 1 at the top. */
export interface AxisScale {
  readonly name: string;
  readonly kind: Transform['kind'] | 'category';
  readonly low: number;
  readonly high: number;
  /** Texts of the categories, from the bottom up. */
  readonly labels?: readonly string[];
  /** Whether its values are counted, so that it has no ticks between two of them. */
  readonly isWhole?: true;
  /** The place of a value, or NaN if it has none. */
  place(value: unknown): number;
  /** The value at a place. */
  at(place: number): number;
  readonly ticks: readonly { readonly place: number; readonly value: number }[];
}

interface Anchor {
  readonly place: number;
  readonly value: number;
}
/** Two places and their values; for categories, their numbers. */
export type Ends = readonly [Anchor, Anchor];

export function ends({ kind, labels, low, high }: AxisScale): Ends {
  if (labels === undefined) {
    // Charts have no axis for log odds: there, an axis shows positions.
    const [first, last] = kind === 'logit' ? [0, 1] : [low, high];
    return [
      { place: 0, value: first },
      { place: 1, value: last },
    ];
  }
  const half = 0.5 / labels.length;
  return [
    { place: half, value: 0 },
    { place: 1 - half, value: labels.length - 1 },
  ];
}

/** A value as a chart's axis expects it: a category by its number, log odds by their position. */
export function coordinateOf(scale: AxisScale, value: unknown): number {
  if (scale.labels) return scale.labels.indexOf(valueText(value));
  return scale.kind === 'logit' ? scale.place(value) : Number(value);
}

/** A value of an axis as people read it; for categories, its number. */
export const textAt = ({ labels }: AxisScale, value: number): string => labels?.[value] ?? formatNumber(value);

/** The value nearest to another one that an axis has. */
export const clamped = ({ low, high }: AxisScale, value: number): number => Math.min(high, Math.max(low, value));

/** A position as a chart's axis expects it. */
export const coordinateAt = (scale: AxisScale, place: number): number => (scale.kind === 'logit' ? place : scale.at(place));

export function parameterScale(name: string, dimension: Dimension): AxisScale {
  const values = valuesOf(dimension);
  return isRange(values) ? rangeScale(name, values) : categories(name, values);
}

/** A range smaller than this share of its ends counts as one value. */
const LEAST_RANGE = 1e-9;
const isOne = (low: number, high: number): boolean => !(high - low > LEAST_RANGE * Math.max(1e-200, Math.abs(low), Math.abs(high)));

/** @param log ignored unless all values are above 0 */
export const numeric = (name: string, low: number, high: number, log: boolean): AxisScale =>
  rangeScale(name, { low, high, transform: log && low > 0 ? logTransform(low, high) : linearTransform(low, high) });

const counted = (name: string, first: number, last: number): AxisScale => ({ ...numeric(name, first, last, false), isWhole: true });

/** The numbers of trials. @param last the highest */
export const trialScale = (last: number): AxisScale => counted('trial', 1, last);

export const stepScale = (last: number, name = 'step'): AxisScale => counted(name, 0, last);

const TICKS = { linear: rounds, log: powers, logit: odds };

function rangeScale(name: string, { low, high, transform }: Pick<NumberRange, 'low' | 'high' | 'transform'>): AxisScale {
  if (isOne(low, high)) {
    const room = Math.max(0.5, Math.abs(low) / 2);
    return numeric(name, low - room, low + room, false);
  }
  const { kind, coordinate } = transform;
  const place = (value: unknown) => (typeof value === 'number' ? coordinate(value) : Number.NaN);
  const ticks = TICKS[kind](low, high).map((value) => ({ place: place(value), value }));
  return { name, kind, low, high, place, at: transform.value, ticks };
}

/** From this ratio of the highest to the lowest value on, an axis is logarithmic. */
const WIDE = 50;

/**
 * The scale of the values so far. Its ends are round numbers, so that it does not move with every new value.
 *
 * @param wide the ratio of the ends above which it is logarithmic, if all values are above 0
 */
export function roundScale(name: string, low: number, high: number, wide = WIDE): AxisScale {
  if (isOne(low, high)) return numeric(name, low, low, false);
  if (low > 0 && high / low > wide) return numeric(name, roundDown(low), tidy(1 / roundDown(1 / high)), true);
  const step = stepOf(low, high, 5);
  return numeric(name, tidy(Math.floor(low / step + 1e-9) * step), tidy(Math.ceil(high / step - 1e-9) * step), false);
}

/** 1, 2 or 5 times a power of 10. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return tidy([5, 2, 1].find((digit) => digit * power <= value * (1 + 1e-9))! * power);
}

const tidy = (value: number): number => Number(value.toPrecision(12));

function categories(name: string, values: readonly unknown[]): AxisScale {
  const count = values.length;
  const placeOf = (i: number) => (count === 1 ? 0.5 : (i + 0.5) / count);
  const places = new Map(values.map((value, i) => [valueKey(value), placeOf(i)]));
  return {
    name,
    kind: 'category',
    low: 0,
    high: count - 1,
    labels: values.map(valueText),
    place: (value) => places.get(valueKey(value)) ?? Number.NaN,
    at: (p) => Math.min(count - 1, Math.max(0, Math.floor(p * count))),
    ticks: values.map((_, i) => ({ place: placeOf(i), value: i })),
  };
}

/** A round step that fits at most `most` times into the range. */
function stepOf(low: number, high: number, most: number): number {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
}

function rounds(low: number, high: number): number[] {
  const step = stepOf(low, high, 4);
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(tidy(k * step));
  return ticks;
}

function powers(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return [low, Math.sqrt(low * high), high].map((x) => Number(x.toPrecision(3)));
  const every = Math.ceil((last - first + 1) / 6);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => Number(`1e${first + i * every}`));
}

/** Odds of powers of ten, such as 0.01, 0.1, 0.5, 0.9 and 0.99. */
function odds(low: number, high: number): number[] {
  const below = [1, 2, 3, 4, 5, 6].map((power) => Number(`1e-${power}`));
  const ticks = [...below.toReversed(), 0.5, ...below.map((x) => 1 - x)].filter((x) => x >= low && x <= high);
  return ticks.length < 2 ? rounds(low, high) : ticks;
}
