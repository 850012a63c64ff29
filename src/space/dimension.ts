import { given, type Loose } from '../omitUndefined.ts';
import type { PriorData } from './prior.ts';

/** What a parameter may be. */
export type Value = string | number | boolean;

/** @see float */
export interface FloatDimension {
  readonly type: 'float';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly logit?: boolean;
  readonly step?: number;
  readonly prior?: PriorData;
}
/** @see int */
export interface IntDimension {
  readonly type: 'int';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
  readonly prior?: PriorData;
}
/** @see choice */
export interface ChoiceDimension<V extends readonly Value[] = readonly Value[]> {
  readonly type: 'choice';
  readonly values: V;
  readonly prior?: PriorData;
}
/** @see ordinal */
export interface OrdinalDimension<V extends readonly Value[] = readonly Value[]> {
  readonly type: 'ordinal';
  readonly values: V;
  readonly prior?: PriorData;
}
/** @see boolean */
export interface BooleanDimension {
  readonly type: 'boolean';
  readonly prior?: PriorData;
}
/** @see constant */
export interface ConstantDimension<V extends Value = Value> {
  readonly type: 'constant';
  readonly value: V;
}

/** A parameter as data: what the functions below return is what a study file holds. */
export type Dimension = FloatDimension | IntDimension | ChoiceDimension | OrdinalDimension | BooleanDimension | ConstantDimension;

/** Makes a parameter exist only if its one parent has one of the given values. @see when */
export interface Conditional<W extends Condition = Condition> {
  readonly when: W;
}
export type Condition = { readonly [parent: string]: Value | readonly Value[] };

/** The parameters of a space by name, parents before children. */
export type Dimensions = { readonly [name: string]: Dimension | (Dimension & Conditional) };

/** The values that a dimension has. */
export type ValueOf<D> = D extends { readonly values: readonly (infer V)[] }
  ? V
  : D extends { readonly value: infer V }
    ? V
    : D extends { readonly type: 'boolean' }
      ? boolean
      : D extends { readonly type: 'float' | 'int' }
        ? number
        : never;

type Flat<T> = { [K in keyof T]: T[K] };

/** The configurations of a space. Conditional parameters may be absent. */
export type ParamsOf<D> = Flat<
  { readonly [K in keyof D as D[K] extends Conditional ? never : K]: ValueOf<D[K]> } & {
    readonly [K in keyof D as D[K] extends Conditional ? K : never]?: ValueOf<D[K]>;
  }
>;

/** Holds conditions to parents and values that there are. Their order is checked when the space is made. */
export type Sound<D> = {
  readonly [K in keyof D]: D[K] extends Conditional<infer W>
    ? { readonly when: { readonly [Parent in keyof W]: Parent extends keyof D ? OneOrMore<ValueOf<D[Parent]>> : never } }
    : unknown;
};
type OneOrMore<V> = V | readonly V[];

/**
 * A real number in [low, high], both ends included.
 *
 * Values are rounded to about 12 digits: of the range if it is linear, of the number if it is logarithmic. So a value survives the way to a
 * coordinate and back, and reads well.
 *
 * @param options.log uniform in the logarithm; needs low > 0.
 * @param options.logit uniform in ln(x / (1 - x)); needs 0 < low and high < 1. For probabilities whose both ends matter.
 * @param options.step only low, low + step, low + 2 step, ...; a `high` that these do not reach counts as the last one below it.
 * @param options.prior where good values are expected, in the parameter's own units.
 * @example float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) })
 */
export const float = (low: number, high: number, options: Loose<Omit<FloatDimension, 'type' | 'low' | 'high'>> = {}): FloatDimension => ({
  type: 'float',
  low,
  high,
  ...given(options),
});

/**
 * A whole number in [low, high], both ends included.
 *
 * @param options.log uniform in the logarithm of [low - 0.5, high + 0.5], so that the ends get their full share; needs low >= 1.
 * @param options.step only low, low + step, low + 2 step, ...; a `high` that these do not reach counts as the last one below it.
 * @example int(16, 64, { step: 2 })
 */
export const int = (low: number, high: number, options: Loose<Omit<IntDimension, 'type' | 'low' | 'high'>> = {}): IntDimension => ({
  type: 'int',
  low,
  high,
  ...given(options),
});

/**
 * One of some values that have no order.
 *
 * @example choice(['relu', 'tanh', 'gelu'], { prior: weights([3, 1, 1]) })
 */
export const choice = <const V extends readonly Value[]>(
  values: V,
  options: { readonly prior?: PriorData | undefined } = {},
): ChoiceDimension<V> => ({
  type: 'choice',
  values,
  ...given(options),
});

/**
 * One of some values that are ordered as they stand: neighbours are alike.
 *
 * @example ordinal(['small', 'medium', 'large'])
 */
export const ordinal = <const V extends readonly Value[]>(
  values: V,
  options: { readonly prior?: PriorData | undefined } = {},
): OrdinalDimension<V> => ({ type: 'ordinal', values, ...given(options) });

/**
 * False or true; weights of a prior stand in this order.
 *
 * @example boolean({ prior: weights([1, 3]) })
 */
export const boolean = (options: { readonly prior?: PriorData | undefined } = {}): BooleanDimension => ({
  type: 'boolean',
  ...given(options),
});

/**
 * A value that is always the same: it goes to the trainer, and strategies do not see it.
 *
 * @example space({ rate: float(1e-5, 1e-1, { log: true }), data: constant('digits') })
 */
export const constant = <const V extends Value>(value: V): ConstantDimension<V> => ({ type: 'constant', value });

/**
 * A parameter that exists only if an earlier one exists and has this value, or one of these.
 *
 * @param parent an earlier parameter with finitely many values; it may itself be conditional.
 * @example momentum: when('opt', ['sgd', 'rmsprop'], float(0, 1))
 */
export const when = <const K extends string, const V extends Value | readonly Value[], D extends Dimension>(
  parent: K,
  values: V,
  dimension: D,
): D & Conditional<{ readonly [P in K]: V }> => ({ ...dimension, when: { [parent]: values } as { readonly [P in K]: V } });
