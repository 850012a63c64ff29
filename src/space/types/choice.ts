import { finite } from '../../schema/optionRules.ts';
import { fault, show } from '../check.ts';
import { priorShape } from '../prior.ts';
import { evenLevels, type Scale } from '../scale.ts';
import { checkedBy, mapping, nonEmptyListOf } from '../shape.ts';
import { anyValue, frozen, isValue, type Value, valueKey } from '../value.ts';
import type { DataOf, ParameterType } from './parameterType.ts';

const required = {
  /** The values; those of an ordinal in their order. */
  values: nonEmptyListOf(anyValue),
};
const optional = {
  /** Weights of the values, in their order. */
  prior: priorShape,
};
const described = {
  ...optional,
  /** Numbers that describe the values: for each feature one per value, in their order. */
  features: mapping(nonEmptyListOf(checkedBy(finite)), 'at least one feature'),
};
type Listed<T extends string, V extends readonly Value[], O> = Omit<DataOf<T, typeof required, O>, 'values'> & {
  readonly values: V;
};
/** @see choice */
export type ChoiceDimension<V extends readonly Value[] = readonly Value[]> = Listed<'choice', V, typeof described>;
/** @see ordinal */
export type OrdinalDimension<V extends readonly Value[] = readonly Value[]> = Listed<'ordinal', V, typeof optional>;
/** @see boolean */
export type BooleanDimension = DataOf<'boolean', unknown, typeof optional>;

export const choiceType: ParameterType<ChoiceDimension> = {
  required,
  optional: described,
  values: ({ values }) => values,
  scale: (path, { values, features }) => ({
    ...scaleOf(path, 'choice', values),
    ...(features && { features: featuresByLevel(`${path}.features`, values, features) }),
  }),
};

export const ordinalType: ParameterType<OrdinalDimension> = {
  required,
  optional,
  values: ({ values }) => values,
  scale: (path, { values }) => scaleOf(path, 'ordinal', values),
};

const TRUTHS = [false, true] as const;
export const booleanType: ParameterType<BooleanDimension> = {
  required: {},
  optional,
  values: () => TRUTHS,
  scale: (path) => ({ ...scaleOf(path, 'boolean', TRUTHS), expects: 'true or false' }),
};

function scaleOf(path: string, kind: 'choice' | 'ordinal' | 'boolean', given: readonly Value[]): Scale {
  const values = structuredClone(given).map(frozen);
  const levels = evenLevels(values.length);
  const levelOf = new Map(values.map((value, k) => [valueKey(value), k]));
  if (levelOf.size < values.length) throw fault(`${path}.values`, 'values that differ', values);
  return {
    kind,
    ordered: kind === 'ordinal',
    levels,
    expects: `one of ${values.map(show).join(', ')}`,
    accepts: (value) => isValue(value) && levelOf.has(valueKey(value)),
    toValue: (u) => values[levels.of(u)]!,
    toCoordinate: (value) => levels.at(levelOf.get(valueKey(value)) ?? Number.NaN),
    slope: () => 0,
  };
}

/** Strategies compare each value with each other one. */
const MOST_DESCRIBED = 1000;
/** Up to this ratio of the largest to the smallest, positive numbers keep a linear scale. */
const LINEAR = 10;

/** The features of each value, scaled to [0, 1]. @throws SpaceError if they do not describe the values */
function featuresByLevel(path: string, values: readonly Value[], features: NonNullable<ChoiceDimension['features']>): number[][] {
  if (values.length > MOST_DESCRIBED) throw fault(path, `no features for more than ${MOST_DESCRIBED} values`, Object.keys(features));
  const columns = Object.entries(features).map(([name, numbers]) => {
    if (numbers.length !== values.length)
      throw fault(`${path}.${name}`, `a number for each of the ${values.length} values, in their order`, numbers);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    if (low === high) throw fault(`${path}.${name}`, 'numbers that differ', numbers);
    const isLog = low > 0 && high > LINEAR * low;
    const at = isLog ? Math.log : (x: number) => x / 2; // halved, so that a difference is finite
    return numbers.map((x) => (at(x) - at(low)) / (at(high) - at(low)));
  });
  return values.map((_, level) => columns.map((column) => column[level]!));
}
