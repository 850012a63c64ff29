import { OptionError } from '../../src/errors.ts';
import { isRecord, type JsonSchema } from '../../src/schema/json.ts';
import { nearest } from '../../src/schema/nearest.ts';
import { checkOption, type OptionRule } from '../../src/schema/optionRules.ts';
import { type OptionSet, schemaOf } from '../../src/schema/optionSet.ts';
import type { ParseStrategy, Strategy } from '../kernel/strategy.ts';

export type Keyed = Readonly<Record<string, unknown>>;

/** The form of something in a study file: how to read it, which strategies it holds, and its JSON Schema. */
export interface Form<T> {
  /** @param parse reads the strategies in it. @throws OptionError that begins with the path */
  read(data: unknown, path: string, parse: ParseStrategy): T;
  /** The data with each strategy in it replaced. Data of another form stays as it is. */
  map(data: unknown, change: (strategy: unknown) => unknown): unknown;
  readonly schema: JsonSchema;
}

/** Any strategy, as data. */
export const anyStrategy: Form<Strategy> = {
  read: (data, path, parse) => parse(data, path),
  map: (data, change) => change(data),
  schema: { $ref: '#/$defs/strategy' },
};

/** A value that holds no strategies. */
export const scalar = <T>(rule: OptionRule<T>): Form<T> => ({
  read: (data, path) => {
    checkOption(path, data, rule);
    return data as T;
  },
  map: (data) => data,
  schema: rule.schema,
});

/** Options by name; which values they may have is checked by the constructor that takes them. */
export const options = (set: OptionSet): Form<Keyed> => ({
  read: (data, path) => {
    const given = data === undefined ? {} : record(data, path);
    const names = Object.keys(set);
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown === undefined) return given;
    const expected = names.length > 0 ? `one of the options ${names.join(', ')}` : 'no options';
    throw new OptionError(`${path}.${unknown}`, expected, unknown, nearest(unknown, names));
  },
  map: (data) => data,
  schema: schemaOf(set),
});

export const listOf = <T>(item: Form<T>): Form<T[]> => ({
  read: (data, path, parse) => list(data, path).map((part, i) => item.read(part, `${path}[${i}]`, parse)),
  map: (data, change) => (Array.isArray(data) ? data.map((part) => item.map(part, change)) : data),
  schema: { type: 'array', items: item.schema },
});

export const pairOf = <A, B>(first: Form<A>, second: Form<B>): Form<readonly [A, B]> => ({
  read: (data, path, parse) => {
    const [a, b] = list(data, path);
    return [first.read(a, `${path}[0]`, parse), second.read(b, `${path}[1]`, parse)];
  },
  map: (data, change) => (Array.isArray(data) ? [first.map(data[0], change), second.map(data[1], change)] : data),
  // Valid in both draft 7, which editors support, and 2020-12.
  schema: { type: 'array', items: [first.schema, second.schema], minItems: 2, maxItems: 2 },
});

export const namesOf = <T>(item: Form<T>): Form<Readonly<Record<string, T>>> => ({
  read: (data, path, parse) => mapValues(record(data, path), (part, name) => item.read(part, `${path}.${name}`, parse)),
  map: (data, change) => (isRecord(data) ? mapValues(data, (part) => item.map(part, change)) : data),
  schema: { type: 'object', minProperties: 1, additionalProperties: item.schema },
});

/** A list in one form, or anything else in another. */
export const either = <A, B>(lists: Form<A>, others: Form<B>): Form<A | B> => ({
  read: (data, path, parse) => (Array.isArray(data) ? lists.read(data, path, parse) : others.read(data, path, parse)),
  map: (data, change) => (Array.isArray(data) ? lists.map(data, change) : others.map(data, change)),
  schema: { anyOf: [others.schema, lists.schema] },
});

export function record(data: unknown, path: string): Keyed {
  if (!isRecord(data)) throw new OptionError(path, 'an object', data);
  return data;
}

function list(data: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(data)) throw new OptionError(path, 'a list', data);
  return data;
}

const mapValues = <A, B>(of: Readonly<Record<string, A>>, map: (value: A, name: string) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(of).map(([name, part]) => [name, map(part, name)]));

/** Adds the place to errors of constructors, which do not know it. */
export function placing<T>(path: string, name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OptionError) || error.option.startsWith(path)) throw error;
    throw error.within(/^[^.[]*/.exec(error.option)![0] === name ? path : `${path}.${name}`);
  }
}

/** A strategy is a name, or an object with one name and its options. */
export function named(data: unknown, path: string): readonly [name: string, options: unknown] {
  if (typeof data === 'string') return [data, undefined];
  const [entry, ...more] = Object.entries(record(data, path));
  if (entry === undefined || more.length > 0) throw new OptionError(path, 'a name, or an object with one name and its options', data);
  return entry;
}
