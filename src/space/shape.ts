import { checkAll } from '../errors.ts';
import { isRecord, type JsonSchema } from '../schema/json.ts';
import type { OptionRule } from '../schema/optionRules.ts';
import type { OptionSet } from '../schema/optionSet.ts';
import { assertRecord, fault, known } from './check.ts';

/** The shape of data, from which its check, its type and its JSON Schema follow. */
export interface Shape<T = unknown> {
  readonly schema: JsonSchema;
  /** The data, checked. @throws SpaceError that begins with the path */
  read(path: string, data: unknown): T;
}
export type ShapeOf<S> = S extends Shape<infer T> ? T : never;

export interface Shapes {
  readonly [key: string]: Shape;
}
// Mapped over keys of the shapes themselves, so that each property keeps its comment.
type Required<R> = { readonly [K in keyof R]: ShapeOf<R[K]> };
type Optional<O> = { readonly [K in keyof O]?: ShapeOf<O[K]> };
export type FieldsOf<R, O> = Required<R> & Optional<O>;

/** Data of this shape, after a check. */
const checked =
  <T>(check: (path: string, data: unknown) => void): Shape<T>['read'] =>
  (path, data) => {
    check(path, data);
    return data as T;
  };

/** Data that satisfies a rule. */
export const checkedBy = <T>({ holds, expected, schema, hint, each }: OptionRule<T>): Shape<T> => ({
  schema,
  read: checked((path, data) => {
    if (holds(data)) return;
    if (each && isRecord(data)) for (const [key, part] of Object.entries(data)) checkedBy(each).read(`${path}.${key}`, part);
    throw fault(path, expected, data, hint?.(data));
  }),
});

export const nonEmptyListOf = <T>(item: Shape<T>): Shape<readonly T[]> => ({
  schema: { type: 'array', minItems: 1, items: item.schema },
  read: checked((path, data) => {
    if (!Array.isArray(data) || data.length === 0) throw fault(path, 'a list that is not empty', data);
    for (const [i, part] of data.entries()) item.read(`${path}[${i}]`, part);
  }),
});

/** A list is always several: an item that is a list itself must be in one. */
export const oneOrMore = <T>(item: Shape<T>): Shape<T | readonly T[]> => ({
  schema: { anyOf: [{ ...item.schema, not: { type: 'array' } }, nonEmptyListOf(item).schema] },
  read: (path, data) => (Array.isArray(data) ? nonEmptyListOf(item) : item).read(path, data),
});

/** A mapping with these keys and no others. A key whose value is undefined counts as absent. */
export const fields = <R extends Shapes, O extends Shapes>(required: R, optional: O): Shape<FieldsOf<R, O>> => {
  const shapes = { ...required, ...optional };
  const properties = Object.fromEntries(Object.entries(shapes).map(([key, { schema }]) => [key, schema]));
  return {
    schema: { type: 'object', properties, required: Object.keys(required), additionalProperties: false },
    read: checked((path, data) => {
      assertRecord(path, data);
      const given = Object.entries(data).filter(([, part]) => part !== undefined);
      checkAll(
        given.map(
          ([key, part]) =>
            () =>
              known(path, key, shapes).read(`${path}.${key}`, part),
        ),
      );
      for (const key of Object.keys(required)) if (data[key] === undefined) throw fault(`${path}.${key}`, 'a value', undefined);
    }),
  };
};

/** A mapping with options. */
export function fieldsOf(set: OptionSet): Shape {
  const some = (isRequired: boolean): Shapes =>
    Object.fromEntries(
      Object.entries(set).flatMap(([key, { rule, required = false }]) => (required === isRequired ? [[key, checkedBy(rule)]] : [])),
    );
  return fields(some(true), some(false));
}

/** A mapping with exactly one of these keys. */
type OneKeyOf<S extends Shapes> = { [K in keyof S]: { readonly [P in K]: ShapeOf<S[K]> } }[keyof S];
export const oneKeyOf = <S extends Shapes>(expected: string, shapes: S): Shape<OneKeyOf<S>> => ({
  schema: { anyOf: Object.entries(shapes).map(([key, shape]) => fields({ [key]: shape }, {}).schema) },
  read: checked((path, data) => {
    assertRecord(path, data, expected);
    const [key, ...others] = Object.keys(data);
    if (key === undefined || others.length > 0) throw fault(path, `one of ${Object.keys(shapes).join(', ')}`, data);
    known(path, key, shapes).read(`${path}.${key}`, data[key]);
  }),
});

/** A mapping with any keys, at least one. */
export const mapping = <T>(item: Shape<T>, expected: string): Shape<Readonly<Record<string, T>>> => ({
  schema: { type: 'object', minProperties: 1, additionalProperties: item.schema },
  read: checked((path, data) => {
    assertRecord(path, data);
    if (Object.keys(data).length === 0) throw fault(path, expected, data);
    for (const [key, part] of Object.entries(data)) item.read(`${path}.${key}`, part);
  }),
});
