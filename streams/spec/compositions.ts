import { OptionError } from '../../src/errors.ts';
import { isRecord } from '../../src/schema/json.ts';
import { nearest } from '../../src/schema/nearest.ts';
import { positive, wholeFrom } from '../../src/schema/optionRules.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { type BanditOptions, banditOptions } from '../operators/route.ts';
import { type Condition, plateau, plateauOptions } from '../operators/until.ts';
import { anyStrategy, either, type Form, type Keyed, listOf, named, namesOf, options, pairOf, placing, record, scalar } from './forms.ts';

type Named<T> = Readonly<Record<string, T>>;

/** What each strategy is made of that is made of others, or of a value without a name. */
export interface Composed {
  readonly budget: number;
  readonly chain: readonly Strategy[];
  readonly dedupe: Strategy;
  readonly fill: Strategy;
  readonly take: readonly [number, Strategy];
  readonly until: readonly [Condition, Strategy];
  readonly mix: Named<Strategy | readonly [Strategy, number]>;
  readonly bandit: readonly [Named<Strategy>, BanditOptions];
}

export type Composition = keyof Composed;

/** Arms by name, and options. */
const arms: Form<Composed['bandit']> = {
  read: (data, path, parse) => {
    const { arms: byName, ...rest } = record(data, path);
    return [namesOf(anyStrategy).read(byName, `${path}.arms`, parse), options(banditOptions).read(rest, path, parse)];
  },
  map: (data, change) => (isRecord(data) ? { ...data, arms: namesOf(anyStrategy).map(data.arms, change) } : data),
  schema: {
    type: 'object',
    properties: {
      arms: { ...namesOf(anyStrategy).schema, description: 'The strategies by name.' },
      explore: banditOptions.explore.rule.schema,
    },
    required: ['arms'],
    additionalProperties: false,
  },
};

/** `{ plateau: 20 }`, or `{ plateau: [20, { improvement: 0.01 }] }`. */
const condition: Form<Condition> = {
  read: (data, path, parse) => {
    const [name, content] = named(data, path);
    if (name !== 'plateau') throw new OptionError(path, 'plateau', name, nearest(name, ['plateau']));
    const [results, given] = Array.isArray(content) ? content : [content];
    return placing(path, name, () => plateau(results, options(plateauOptions).read(given, `${path}.plateau`, parse)));
  },
  map: (data) => data,
  schema: {
    type: 'object',
    properties: { plateau: either(pairOf(scalar(wholeFrom(1)), options(plateauOptions)), scalar(wholeFrom(1))).schema },
    required: ['plateau'],
    additionalProperties: false,
  },
};

/** Their forms as data, apart from what makes them: code that only looks for strategies in data loads none. */
export const compositions: { readonly [Name in Composition]: Form<Composed[Name]> } = {
  budget: scalar(positive),
  chain: listOf(anyStrategy),
  dedupe: anyStrategy,
  fill: anyStrategy,
  take: pairOf(scalar(wholeFrom(0)), anyStrategy),
  until: pairOf(condition, anyStrategy),
  mix: namesOf(either(pairOf(anyStrategy, scalar(positive)), anyStrategy)),
  bandit: arms,
};

export const isComposition = (name: string): name is Composition => Object.hasOwn(compositions, name);

/**
 * Changes the strategies in data, anywhere in a composition; everything else stays as it is.
 *
 * @param data as in a study file
 * @param change receives the name and the options of a strategy that has no parts
 * @example
 * mapStages({ chain: [{ asha: { min: 1, max: 27 } }, 'random'] }, (name, options) => ({ [name]: options }));
 */
export function mapStages(data: unknown, change: (name: string, options: Keyed) => unknown): unknown {
  if (typeof data === 'string') return change(data, {});
  const [[name, content] = ['', undefined], ...more] = isRecord(data) ? Object.entries(data) : [];
  if (more.length > 0) return data;
  const form = name === 'reject' ? anyStrategy : isComposition(name) ? compositions[name] : undefined;
  if (form) return { [name]: form.map(content, (inner) => mapStages(inner, change)) };
  return isRecord(content) ? change(name, content) : data;
}
