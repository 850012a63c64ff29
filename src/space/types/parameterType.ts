import type { Scale } from '../scale.ts';
import type { FieldsOf, Shapes } from '../shape.ts';
import type { Value } from '../value.ts';
import type { Transform } from './transform.ts';

/** The numbers from `low` to `high`, and how they are drawn on an axis. */
export interface NumberRange {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  /** The distance between neighbouring values, if they have one. */
  readonly step?: number | undefined;
  readonly transform: Transform;
}

/** A type of parameters, from which data, checks, JSON Schema, encoding, prior, text form and the scale on the page follow. */
export interface ParameterType<D> {
  /** The keys of its data besides `type` and `when`. */
  readonly required: Shapes;
  readonly optional: Shapes;
  /** Its values: numbers of a range, or some values in order. */
  values(dimension: D): NumberRange | readonly Value[];
  /** The mapping of its values to the coordinate. @throws SpaceError */
  scale(path: string, dimension: D): Scale;
}

/** The data of a parameter of a type. */
export type DataOf<T extends string, R, O> = { readonly type: T } & FieldsOf<R, O>;

export const isRange = (values: NumberRange | readonly Value[]): values is NumberRange => 'low' in values;
