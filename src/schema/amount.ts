import { type OptionRule, positive, seconds } from './optionRules.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** The bytes of a size such as 500MB or 20GiB; undefined if the text is not a size. */
export function bytesIn(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?) ?([kmgt]i?)?b?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * UNITS[unit.toLowerCase()]!);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The seconds of a time such as 90, 90s, 5m, 2h or 1d; undefined if the text is not a time. */
export function secondsIn(text: string): number | undefined {
  const [, number = '', unit = 's'] = /^([\d.e+-]+) ?([smhd])?$/i.exec(text) ?? [];
  const seconds = Number(number) * SECONDS[unit.toLowerCase()]!;
  return seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A time: a number of seconds, or a text such as 5m. */
export type Time = number | string;

export const timeAmount: OptionRule<Time> = {
  expected: `${seconds.expected}, or a time such as 90s, 5m or 2h`,
  schema: { anyOf: [seconds.schema, { type: 'string' }] },
  holds: (value): value is Time => (typeof value === 'string' ? secondsIn(value) !== undefined : seconds.holds(value)),
};

/** The seconds of a time that the rule holds for, if there is one. */
export const secondsOf = (time: Time | undefined): number | undefined => (typeof time === 'string' ? secondsIn(time) : time);

/** An amount: a number, or a size in bytes. */
export type Amount = number | string;

/** An amount as a number; undefined if it is not one. */
export function amountIn(amount: unknown): number | undefined {
  if (typeof amount !== 'string') return positive.holds(amount) ? amount : undefined;
  return /^\d+(\.\d+)?$/.test(amount) && Number(amount) > 0 ? Number(amount) : bytesIn(amount);
}

/** An amount as text: a large multiple of 1024 is a size in bytes. */
export function amountText(amount: number): string {
  const unit = (['Ti', 'Gi', 'Mi'] as const).find((name) => amount % UNITS[name.toLowerCase()]! === 0);
  return unit === undefined ? String(amount) : `${amount / UNITS[unit.toLowerCase()]!}${unit}B`;
}

export const amount: OptionRule<Amount> = {
  expected: `${positive.expected}, or a size such as 8GiB`,
  schema: { anyOf: [positive.schema, { type: 'string' }] },
  holds: (value): value is Amount => amountIn(value) !== undefined,
};
