import { OptionError } from '../../src/errors.ts';
import type { Created } from '../../src/facts/facts.ts';
import { isRecord, type JsonSchema } from '../../src/schema/json.ts';
import { nearest } from '../../src/schema/nearest.ts';
import { positive, wholeFrom } from '../../src/schema/optionRules.ts';
import type { Strategy, StrategySpec } from '../kernel/strategy.ts';
import { budget } from '../operators/budget.ts';
import { chain } from '../operators/chain.ts';
import { dedupe } from '../operators/exclude.ts';
import { fill } from '../operators/fill.ts';
import { type BanditOptions, bandit, banditOptions, mix } from '../operators/route.ts';
import { take } from '../operators/take.ts';
import { type Condition, plateau, plateauOptions, until } from '../operators/until.ts';
import { strategies } from './catalogue.ts';
import { either, type Form, type Given, listOf, namesOf, options, pairOf, record, value } from './forms.ts';

const strategy: Form<Strategy> = {
  read: parseStrategy,
  map: (data, change) => change(data),
  schema: { $ref: '#/$defs/strategy' },
};

/** Arms by name, and options. */
const arms: Form<readonly [Readonly<Record<string, Strategy>>, BanditOptions]> = {
  read: (data, path) => {
    const { arms: byName, ...rest } = record(data, path);
    return [namesOf(strategy).read(byName, `${path}.arms`), options(banditOptions).read(rest, path)];
  },
  map: (data, change) => (isRecord(data) ? { ...data, arms: namesOf(strategy).map(data.arms, change) } : data),
  schema: {
    type: 'object',
    properties: {
      arms: { ...namesOf(strategy).schema, description: 'The strategies by name.' },
      explore: banditOptions.explore.rule.schema,
    },
    required: ['arms'],
    additionalProperties: false,
  },
};

/** `{ plateau: 20 }`, or `{ plateau: [20, { improvement: 0.01 }] }`. */
const condition: Form<Condition> = {
  read: (data, path) => {
    const [name, content] = named(data, path);
    if (name !== 'plateau') throw new OptionError(path, 'plateau', name, nearest(name, ['plateau']));
    const [results, given] = Array.isArray(content) ? content : [content];
    return placing(path, name, () => plateau(results, options(plateauOptions).read(given, `${path}.plateau`)));
  },
  map: (data) => data,
  schema: {
    type: 'object',
    properties: { plateau: either(pairOf(value(wholeFrom(1)), options(plateauOptions)), value(wholeFrom(1))).schema },
    required: ['plateau'],
    additionalProperties: false,
  },
};

/** A strategy that is made of others, or of a value without a name. */
interface Composition {
  readonly form: Pick<Form<unknown>, 'map' | 'schema'>;
  readonly read: (data: unknown, path: string) => Strategy;
}
const composition = <T>(form: Form<T>, make: (parts: T) => Strategy): Composition => ({
  form,
  read: (data, path) => make(form.read(data, path)),
});

const compositions: Readonly<Record<string, Composition>> = {
  budget: composition(value(positive), budget),
  chain: composition(listOf(strategy), (stages) => chain(...stages)),
  dedupe: composition(strategy, dedupe),
  fill: composition(strategy, fill),
  take: composition(pairOf(value(wholeFrom(0)), strategy), ([n, inner]) => take(n, inner)),
  until: composition(pairOf(condition, strategy), ([when, inner]) => until(when, inner)),
  mix: composition(namesOf(either(pairOf(strategy, value(positive)), strategy)), mix),
  bandit: composition(arms, ([byName, rest]) => bandit(byName, rest)),
};

/**
 * A strategy from its form as data, as a study file holds it.
 *
 * @param path where the data stand, for errors
 * @throws OptionError with the place, what was expected and what it got
 * @example
 * parseStrategy({ chain: [{ asha: { min: 1, max: 27 } }, { ga: { population: 16 } }, 'random'] })
 */
export function parseStrategy(data: unknown, path = 'strategy'): Strategy {
  const [name, content] = named(data, path);
  const place = `${path}.${name}`;
  if (Object.hasOwn(strategies, name)) {
    const { make, form } = strategies[name]!;
    return placing(path, name, () => make(form.read(content, place)));
  }
  if (Object.hasOwn(compositions, name)) return placing(path, name, () => compositions[name]!.read(content, place));
  const names = [...Object.keys(strategies), ...Object.keys(compositions)];
  throw new OptionError(path, `one of ${names.join(', ')}`, name, nearest(name, names));
}

/** The budgets at which a recorded strategy compares trials; undefined if it compares none, or is only code. */
export function rungsIn(recorded: unknown): readonly number[] | undefined {
  try {
    return parseStrategy(recorded).rungs;
  } catch {
    return undefined;
  }
}

/**
 * Changes the strategies in data, anywhere in a composition; everything else stays as it is.
 *
 * @param data as in a study file
 * @param change receives the name and the options of a strategy that has no parts
 * @example
 * mapStages({ chain: [{ asha: { min: 1, max: 27 } }, 'random'] }, (name, options) => ({ [name]: options }));
 */
export function mapStages(data: unknown, change: (name: string, options: Given) => unknown): unknown {
  if (typeof data === 'string') return change(data, {});
  const [[name, content] = ['', undefined], ...more] = isRecord(data) ? Object.entries(data) : [];
  if (more.length > 0) return data;
  const map = name === 'reject' ? strategy.map : Object.hasOwn(compositions, name) ? compositions[name]!.form.map : undefined;
  if (map) return { [name]: map(content, (inner) => mapStages(inner, change)) };
  return isRecord(content) ? change(name, content) : data;
}

/** The JSON Schema of a strategy in a study file; it refers to itself as `#/$defs/strategy`. */
export function strategySchema(): JsonSchema {
  const properties = Object.fromEntries(Object.entries({ ...strategies, ...compositions }).map(([name, { form }]) => [name, form.schema]));
  const alone = Object.keys(strategies).filter((name) => !Object.values(strategies[name]!.options).some(({ required }) => required));
  return { anyOf: [{ enum: alone }, { type: 'object', minProperties: 1, maxProperties: 1, properties, additionalProperties: false }] };
}

/** Adds the place to errors of constructors, which do not know it. */
function placing<T>(path: string, name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OptionError) || error.option.startsWith(path)) throw error;
    throw error.within(/^[^.[]*/.exec(error.option)![0] === name ? path : `${path}.${name}`);
  }
}

/** A strategy is a name, or an object with one name and its options. */
function named(data: unknown, path: string): readonly [name: string, options: unknown] {
  if (typeof data === 'string') return [data, undefined];
  const [entry, ...more] = Object.entries(record(data, path));
  if (entry === undefined || more.length > 0) throw new OptionError(path, 'a name, or an object with one name and its options', data);
  return entry;
}

/** The first strategy of a log. @throws OptionError if it is code */
export const strategyOf = ({ strategy }: Created): Strategy => parseStrategy(strategy as StrategySpec);
