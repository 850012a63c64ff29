import type { Dimension } from '../../../space/dimension.ts';

/** How values lie on an axis: 0 at its bottom, 1 at its top. */
export interface Scale {
  readonly name: string;
  readonly kind: 'linear' | 'log' | 'category';
  readonly low: number;
  readonly high: number;
  /** Of categories, their texts, from the bottom up. */
  readonly labels?: readonly string[];
  /** The place of a value; NaN for what has none. */
  place(value: unknown): number;
  /** The value at a place. */
  at(place: number): number;
  readonly ticks: readonly { readonly place: number; readonly value: number }[];
}

export function parameterScale(name: string, dimension: Dimension): Scale {
  switch (dimension.type) {
    case 'float':
    case 'int':
      return numeric(name, dimension.low, dimension.high, dimension.log === true);
    case 'boolean':
      return categories(name, [false, true]);
    case 'constant':
      return categories(name, [dimension.value]);
    default:
      return categories(name, dimension.values);
  }
}

/** @param log only where all values are above 0. */
export function numeric(name: string, low: number, high: number, log: boolean): Scale {
  if (!(high > low)) return numeric(name, low - 0.5, low + 0.5, false);
  const isLog = log && low > 0;
  const to = isLog ? Math.log : (x: number) => x;
  const back = isLog ? Math.exp : (x: number) => x;
  const [a, b] = [to(low), to(high)];
  const place = (value: unknown) => (typeof value === 'number' ? (to(value) - a) / (b - a) : Number.NaN);
  const values = isLog ? powers(low, high) : rounds(low, high);
  return {
    name,
    kind: isLog ? 'log' : 'linear',
    low,
    high,
    place,
    at: (p) => back(a + p * (b - a)),
    ticks: values.map((value) => ({ place: place(value), value })),
  };
}

function categories(name: string, values: readonly unknown[]): Scale {
  const count = values.length;
  const places = new Map(values.map((value, i) => [value, count === 1 ? 0.5 : (i + 0.5) / count]));
  return {
    name,
    kind: 'category',
    low: 0,
    high: count - 1,
    labels: values.map(String),
    place: (value) => places.get(value) ?? Number.NaN,
    at: (p) => Math.min(count - 1, Math.max(0, Math.floor(p * count))),
    ticks: values.map((value, i) => ({ place: places.get(value)!, value: i })),
  };
}

function rounds(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function powers(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return [low, Math.sqrt(low * high), high].map((x) => Number(x.toPrecision(3)));
  const every = Math.ceil((last - first + 1) / 6);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => Number(`1e${first + i * every}`));
}
