import { isRecord, jsonIn } from '../../schema/json.ts';
import { type AllowUndefined, omitUndefined } from '../../schema/omitUndefined.ts';
import { fault, show } from '../check.ts';
import type { PriorData } from '../prior.ts';
import { isSameValue, type Value, valueText } from '../value.ts';
import { type BooleanDimension, booleanType, type ChoiceDimension, choiceType, type OrdinalDimension, ordinalType } from './choice.ts';
import { type ConstantDimension, constantType } from './constant.ts';
import { type FloatDimension, floatType } from './float.ts';
import { type IntDimension, intType } from './int.ts';
import { isRange, type NumberRange, type ParameterType } from './parameterType.ts';

/** Every type of parameters. */
export const parameterTypes = {
  float: floatType,
  int: intType,
  choice: choiceType,
  ordinal: ordinalType,
  boolean: booleanType,
  constant: constantType,
} as const;

/** A parameter as data: the functions below return it, and study files contain it. */
export type Dimension = {
  [T in keyof typeof parameterTypes]: (typeof parameterTypes)[T] extends ParameterType<infer D> ? D : never;
}[keyof typeof parameterTypes];

export const typeOf = ({ type }: Dimension): ParameterType<Dimension> => parameterTypes[type];

/** The values of a parameter: numbers of a range, or some values in order. */
export const valuesOf = (dimension: Dimension): NumberRange | readonly Value[] => typeOf(dimension).values(dimension);

/** Whether all values are numbers, so that they can be added up. */
export function isNumeric(dimension: Dimension): boolean {
  const values = valuesOf(dimension);
  return isRange(values) || values.every((value) => typeof value === 'number');
}

/** The number that a text stands for; another text is returned as it is. */
export const parseNumber = (text: string): Value => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

/**
 * The value that a text stands for, as in a table or on a command line. Any other text is returned as it is, and the space refuses it.
 */
export function parseValue(dimension: Dimension | undefined, text: string): Value {
  const values = dimension ? valuesOf(dimension) : [];
  if (isRange(values)) return parseNumber(text);
  const read = jsonIn(text);
  const same = (value: Value) => valueText(value) === (typeof value === 'boolean' ? text.toLowerCase() : text);
  const found = [...values.filter(same), ...values.filter((value) => isSameValue(value, read))];
  return found.length > 0 ? found[0]! : text;
}

/** Makes a parameter exist only if its parent has one of the given values. @see when */
export interface Conditional<W extends ParentCondition = ParentCondition> {
  readonly when: W;
}
export type ParentCondition = { readonly [parent: string]: Value | readonly Value[] };

/** The parameters of a space by name, parents before children. */
export type Dimensions = { readonly [name: string]: Dimension | (Dimension & Conditional) };

/** The type of a parameter's values. */
export type ValueOf<D> = D extends { readonly values: readonly (infer V)[] }
  ? V
  : D extends { readonly value: infer V }
    ? V
    : D extends { readonly type: 'boolean' }
      ? boolean
      : number;

/** Requires that the parents in conditions exist and have the values. Their order is checked when the space is made. */
export type WithKnownParents<D> = {
  readonly [K in keyof D]: D[K] extends Conditional<infer W>
    ? { readonly when: { readonly [Parent in keyof W]: Parent extends keyof D ? OneOrMore<ValueOf<D[Parent]>> : never } }
    : unknown;
};
/** A value that is a list itself must be in a list of values. */
type OneOrMore<V> = Exclude<V, readonly unknown[]> | readonly V[];

/**
 * A real number in [low, high], both ends included.
 *
 * Values are rounded to about 12 digits: of the range if it is linear, of the number if it is logarithmic. So encoding and decoding a value
 * returns the same value, and it is easy to read.
 *
 * @example float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) })
 */
export const float = (
  low: number,
  high: number,
  options: AllowUndefined<Omit<FloatDimension, 'type' | 'low' | 'high'>> = {},
): FloatDimension => ({
  type: 'float',
  low,
  high,
  ...omitUndefined(options),
});

/**
 * A whole number in [low, high], both ends included.
 *
 * @example int(16, 64, { step: 2 })
 */
export const int = (
  low: number,
  high: number,
  options: AllowUndefined<Omit<IntDimension, 'type' | 'low' | 'high'>> = {},
): IntDimension => ({
  type: 'int',
  low,
  high,
  ...omitUndefined(options),
});

/**
 * One of some values without an order. A value may be anything that JSON can hold, such as `null` or `[64, 32]`.
 *
 * `features` are numbers that describe the values: for each feature one per value, in their order. `bo` and `tpe` then expect alike results from
 * values with alike features. Differences count in relation to the range of a feature, on a logarithmic scale if all numbers are positive and the
 * largest is more than ten times the smallest.
 *
 * @example choice(['relu', 'tanh', 'gelu'], { prior: weights([3, 1, 1]) })
 * @example choice(['mini', 'small', 'large'], { features: { price: [0.15, 0.6, 10], context: [16, 128, 200] } })
 */
export const choice = <const V extends readonly Value[]>(
  values: V,
  options: AllowUndefined<Omit<ChoiceDimension, 'type' | 'values'>> = {},
): ChoiceDimension<V> => ({
  type: 'choice',
  values: listed(values),
  ...omitUndefined(options),
});

/**
 * One of some values in a meaningful order: neighbours are similar.
 *
 * @example ordinal(['small', 'medium', 'large'])
 */
export const ordinal = <const V extends readonly Value[]>(
  values: V,
  options: { readonly prior?: PriorData | undefined } = {},
): OrdinalDimension<V> => ({ type: 'ordinal', values: listed(values), ...omitUndefined(options) });

/** @throws SpaceError for one value where a list is expected */
function listed<V>(values: V): V {
  if (Array.isArray(values)) return values;
  throw fault('values', `a list, such as [${show(values)}, ...]`, values);
}

/**
 * False or true. Weights of a prior are in this order.
 *
 * @example boolean({ prior: weights([1, 3]) })
 */
export const boolean = (options: { readonly prior?: PriorData | undefined } = {}): BooleanDimension => ({
  type: 'boolean',
  ...omitUndefined(options),
});

/**
 * A value that never changes: the trainer receives it, strategies do not see it.
 *
 * @example space({ rate: float(1e-5, 1e-1, { log: true }), data: constant('digits') })
 */
export const constant = <const V extends Value>(value: V): ConstantDimension<V> => ({ type: 'constant', value });

/**
 * A parameter that exists only if an earlier one exists and has this value or one of these values. Types know that below a choice: after
 * `if (p.opt === 'sgd')`, `p.momentum` is a number.
 *
 * @param parent an earlier parameter with finitely many values; it may be conditional too
 * @param values a value or a list of values; a value that is a list itself must be in such a list, as in `when('hidden', [[64, 32]], ...)`
 * @example momentum: when('opt', ['sgd', 'rmsprop'], float(0, 1))
 */
export const when = <const K extends string, const V extends Value | readonly Value[], D extends Dimension>(
  parent: K,
  values: V,
  dimension: D,
): D & Conditional<{ readonly [P in K]: V }> => {
  checkCondition(parent, values, dimension);
  return { ...dimension, when: { [parent]: values } as { readonly [P in K]: V } };
};

/** @throws SpaceError for a condition as in a study file, `when({ opt: 'sgd' }, float(0, 1))` */
function checkCondition(parent: unknown, values: unknown, dimension: unknown): void {
  if (typeof parent === 'string' && isRecord(dimension)) return;
  const [[name, value] = []] = isRecord(parent) ? Object.entries(parent) : [];
  const meant = name === undefined ? '' : `; did you mean when(${show(name)}, ${show(value)}, ...)?`;
  throw fault(
    'when',
    '(parent, values, parameter)',
    [parent, values, dimension].filter((part) => part !== undefined),
    meant,
  );
}
