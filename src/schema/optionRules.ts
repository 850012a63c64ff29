import { OptionError } from '../errors.ts';
import { isRecord, type JsonSchema } from './json.ts';
import { nearest } from './nearest.ts';

/** The valid values: as a check, as text for errors, and as JSON Schema. */
export interface OptionRule<T = unknown> {
  readonly holds: (value: unknown) => value is T;
  readonly expected: string;
  readonly schema: JsonSchema;
  /** A hint at what was probably meant by a wrong value, for the end of the error. */
  readonly hint?: (value: unknown) => string;
  /** The rule for each of several values by name, so that an error can name the wrong one. */
  readonly each?: OptionRule;
}

const number = (expected: string, schema: JsonSchema, holds: (value: number) => boolean): OptionRule<number> => ({
  expected,
  schema: { type: 'number', ...schema },
  holds: (value): value is number => Number.isFinite(value) && holds(value as number),
});

export const finite = number('a finite number', {}, () => true);
export const positive = number('a number above 0', { exclusiveMinimum: 0 }, (v) => v > 0);
export const seconds: OptionRule<number> = { ...positive, expected: 'a number of seconds above 0' };
export const atLeastNumber = (least: number): OptionRule<number> =>
  number(`a number of at least ${least}`, { minimum: least }, (v) => v >= least);
export const notNegative = atLeastNumber(0);
export const probability = number('a probability', { minimum: 0, maximum: 1 }, (v) => v >= 0 && v <= 1);
/** A number above 0 and at most 1. */
export const fraction = number('a number above 0 and at most 1', { exclusiveMinimum: 0, maximum: 1 }, (v) => v > 0 && v <= 1);
/** A number above 0 and below `end`. */
export const below = (end: number): OptionRule<number> =>
  number(`a number above 0 and below ${end}`, { exclusiveMinimum: 0, exclusiveMaximum: end }, (v) => v > 0 && v < end);
/** A number from `low` to `high`. */
export const within = (low: number, high: number): OptionRule<number> =>
  number(`a number from ${low} to ${high}`, { minimum: low, maximum: high }, (v) => v >= low && v <= high);
/** A whole number of at least `least`. */
export const wholeFrom = (least: number): OptionRule<number> =>
  number(`a whole number of at least ${least}`, { type: 'integer', minimum: least }, (v) => Number.isSafeInteger(v) && v >= least);
/** The size of a population. More members would only take memory: no study has so many trials for one generation. */
export const populationFrom = (least: number): OptionRule<number> =>
  number(
    `a whole number from ${least} to ${MOST_MEMBERS}`,
    { type: 'integer', minimum: least, maximum: MOST_MEMBERS },
    (v) => Number.isSafeInteger(v) && v >= least && v <= MOST_MEMBERS,
  );
const MOST_MEMBERS = 100_000;
export const bool: OptionRule<boolean> = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  holds: (value) => typeof value === 'boolean',
};
/** One of some names. */
export const oneOf = <const N extends readonly string[]>(...names: N): OptionRule<N[number]> => ({
  expected: [names.slice(0, -1).join(', '), names.at(-1)].join(' or '),
  schema: { enum: names },
  hint: (value) => (typeof value === 'string' ? nearest(value, names) : ''),
  holds: (value): value is N[number] => names.some((name) => name === value),
});
/** A list of names. */
export const names: OptionRule<readonly string[]> = {
  expected: 'a list of names',
  schema: { type: 'array', items: { type: 'string' } },
  holds: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
};
/** The most examples that have names, and the most characters of a name. */
export const MOST_NAMES = 10_000;
export const LONGEST_NAME = 256;
/** How many examples there are, or their names. */
export const exampleList: OptionRule<number | readonly string[]> = {
  expected: 'a number from 1 to 100000, or a list of up to 10000 different names',
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 100_000 },
      {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: LONGEST_NAME },
        minItems: 1,
        maxItems: MOST_NAMES,
        uniqueItems: true,
      },
    ],
  },
  holds: (value): value is number | readonly string[] =>
    Array.isArray(value) ? isNameList(value) : Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 100_000,
};
const isNameList = (list: readonly unknown[]): boolean =>
  list.length >= 1 &&
  list.length <= MOST_NAMES &&
  list.every((name) => typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME) &&
  new Set(list).size === list.length;
export const text: OptionRule<string> = {
  expected: 'a text',
  schema: { type: 'string', minLength: 1 },
  holds: (value): value is string => typeof value === 'string' && value !== '',
};
export const textOrNumber: OptionRule<string | number> = {
  expected: 'a number or a text',
  schema: { type: ['string', 'number'] },
  holds: (value): value is string | number => typeof value === 'string' || Number.isFinite(value),
};
/** At least `fewest` values by name. */
export const byName = <T>(rule: OptionRule<T>, expected: string, fewest = 1): OptionRule<Readonly<Record<string, T>>> => ({
  expected,
  schema: { type: 'object', minProperties: fewest, additionalProperties: rule.schema },
  each: rule,
  holds: (value): value is Readonly<Record<string, T>> => {
    if (!isRecord(value)) return false;
    const values = Object.values(value);
    return values.length >= fewest && values.every(rule.holds);
  },
});
/** A value, or at least `fewest` values by name. */
export function oneOrByName<T>(rule: OptionRule<T>, expected: string, fewest?: number): OptionRule<T | Readonly<Record<string, T>>> {
  const several = byName(rule, expected, fewest);
  return {
    expected,
    schema: { anyOf: [rule.schema, several.schema] },
    each: rule,
    holds: (value): value is T | Readonly<Record<string, T>> => rule.holds(value) || several.holds(value),
  };
}

/** @throws OptionError */
export function checkOption(name: string, value: unknown, { holds, expected, hint, each }: Omit<OptionRule, 'schema'>): void {
  if (holds(value)) return;
  if (each && isRecord(value)) for (const [key, part] of Object.entries(value)) checkOption(`${name}.${key}`, part, each);
  throw new OptionError(name, expected, value, hint?.(value));
}
