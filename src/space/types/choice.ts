import { fault, show } from '../check.ts';
import { priorShape } from '../prior.ts';
import { evenLevels, type Scale } from '../scale.ts';
import { nonEmptyListOf } from '../shape.ts';
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
type Listed<T extends string, V extends readonly Value[]> = Omit<DataOf<T, typeof required, typeof optional>, 'values'> & {
  readonly values: V;
};
/** @see choice */
export type ChoiceDimension<V extends readonly Value[] = readonly Value[]> = Listed<'choice', V>;
/** @see ordinal */
export type OrdinalDimension<V extends readonly Value[] = readonly Value[]> = Listed<'ordinal', V>;
/** @see boolean */
export type BooleanDimension = DataOf<'boolean', unknown, typeof optional>;

export const choiceType: ParameterType<ChoiceDimension> = {
  required,
  optional,
  values: ({ values }) => values,
  scale: (path, { values }) => scaleOf(path, 'choice', values),
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
  const values = given.map(frozen);
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
