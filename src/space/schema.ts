import { checkAll, SpaceError } from '../errors.ts';
import { isRecord, type JsonSchema } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';
import { finite } from '../schema/optionRules.ts';
import { assertRecord, fault, known, show } from './check.ts';
import type { Constraint } from './constraint.ts';
import { checkedBy, fields, mapping, oneOrMore, type Shape } from './shape.ts';
import { withNamedBounds } from './types/bounds.ts';
import { type Dimensions, type ParentCondition, parameterTypes } from './types/dimension.ts';
import { anyValue, type Value, valueKey } from './value.ts';

/** A space as in a study file. A predicate is code, so the file has only its name. */
export interface SpaceData {
  readonly parameters: Dimensions;
  readonly constraints?: readonly ConstraintData[];
}
type ConstraintData =
  | { readonly atMost: Readonly<Record<string, number>>; readonly limit: number }
  | { readonly atLeast: Readonly<Record<string, number>>; readonly limit: number }
  | { readonly forbid: Readonly<Record<string, Value>> }
  | { readonly predicate: string };

const isOf = (type: string): Shape => ({ schema: { const: type }, read: (_, data) => data });

/** `{ opt: sgd }`: one parent with a value or several. */
const condition: Shape = {
  schema: {
    ...mapping(oneOrMore(anyValue), '').schema,
    maxProperties: 1,
    description: 'An earlier parameter and the value, or values, with which this parameter exists.',
  },
  read(path, data) {
    assertRecord(path, data);
    const [parent, ...others] = Object.entries(data);
    if (!parent || others.length > 0) throw fault(path, 'one parent with its values, such as { opt: sgd }', data);
    return oneOrMore(anyValue).read(`${path}.${parent[0]}`, parent[1]);
  },
};

const shapes: Readonly<Record<string, Shape>> = Object.fromEntries(
  Object.entries(parameterTypes).map(([type, { required, optional }]) => [
    type,
    fields({ type: isOf(type), ...required }, { ...optional, when: condition }),
  ]),
);

export function checkDimensions(path: string, value: unknown): asserts value is Dimensions {
  assertRecord(path, value);
  if (Object.keys(value).length === 0) throw fault(path, 'at least one parameter', value);
  checkAll(
    Object.entries(value).map(
      ([name, dimension]) =>
        () =>
          checkDimension(path, name, dimension),
    ),
  );
}

function checkDimension(path: string, name: string, dimension: unknown): void {
  const at = `${path}.${name}`;
  if (name === '' || name === '__proto__') throw fault(path, 'parameters with valid names', name);
  if (!isRecord(dimension)) {
    const meant = Array.isArray(dimension) ? `{ type: choice, values: ${show(dimension)} }` : '{ type: float, low: 0, high: 1 }';
    throw fault(at, `a parameter such as ${meant}`, dimension);
  }
  const types = Object.keys(shapes);
  if (typeof dimension.type !== 'string' || !types.includes(dimension.type))
    throw fault(`${at}.type`, `one of ${types.join(', ')}`, dimension.type, nearest(String(dimension.type), types));
  shapes[dimension.type]!.read(at, dimension);
}

/** The parent of a condition, and the values of the parent under which the parameter exists. */
export function parentOf(when: ParentCondition): readonly [parent: string, values: readonly Value[]] {
  const [parent, values] = Object.entries(when)[0]!;
  return [parent, Array.isArray(values) ? values : [values as Value]];
}

/** A space as data, with each condition in the same spelling: two spaces with equal ones are the same. */
export const withConditionsAlike = ({ parameters, ...rest }: SpaceData): SpaceData => ({
  parameters: Object.fromEntries(Object.entries(parameters).map(([name, dimension]) => [name, conditionAlike(dimension)])),
  ...rest,
});

function conditionAlike(dimension: Dimensions[string]): Dimensions[string] {
  if (!('when' in dimension)) return dimension;
  const [parent, values] = parentOf(dimension.when);
  const byKey = new Map(values.map((value) => [valueKey(value), value] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...dimension, when: { [parent]: [...byKey.values()] } };
}

/** The kinds of constraints that are data. */
const constraintShapes = (sum: Shape, values: Shape) => ({
  atMost: fields({ atMost: sum, limit: checkedBy(finite) }, {}),
  atLeast: fields({ atLeast: sum, limit: checkedBy(finite) }, {}),
  forbid: fields({ forbid: values }, {}),
});

/**
 * Checks constraints.
 *
 * @param isNumeric whether the values of a parameter are numbers
 * @param legal checks a value of a parameter
 */
export function checkConstraints(
  path: string,
  value: unknown,
  names: readonly string[],
  isNumeric: (name: string) => boolean,
  legal: (name: string) => Shape,
): asserts value is readonly Constraint[] {
  const sum = byParameter(names, (name) => ({
    schema: {},
    read(at, coefficient) {
      if (!isNumeric(name)) throw new SpaceError(`${at}: expected a parameter whose values are numbers; ${name} has other values`);
      return checkedBy(finite).read(at, coefficient);
    },
  }));
  const kinds: Readonly<Record<string, Shape>> = {
    ...constraintShapes(sum, byParameter(names, legal)),
    predicate: fields({ predicate: is('string', 'the name of a predicate'), holds: is('function', 'a function') }, {}),
  };
  if (!Array.isArray(value)) throw fault(path, 'a list of constraints', value);
  for (const [i, constraint] of value.entries()) {
    const at = `${path}[${i}]`;
    assertRecord(at, constraint, 'a mapping such as {"atMost": {"x": 1, "y": 1}, "limit": 1}');
    const kind = Object.keys(constraint).find((key) => Object.hasOwn(kinds, key)) ?? Object.keys(constraint)[0];
    if (kind === undefined) throw fault(at, `one of ${Object.keys(kinds).join(', ')}`, constraint);
    known(at, kind, kinds).read(at, constraint);
  }
}

const is = (type: 'string' | 'function', expected: string): Shape => ({
  schema: {},
  read(path, data) {
    if (typeof data !== type) throw fault(path, expected, data);
    return data;
  },
});

/** A mapping of some parameters. */
const byParameter = (names: readonly string[], shape: (name: string) => Shape): Shape => ({
  schema: {},
  read(path, data) {
    assertRecord(path, data);
    const table = Object.fromEntries(names.map((name) => [name, shape(name)]));
    if (Object.keys(data).length === 0) throw fault(path, 'at least one parameter', data);
    for (const [name, item] of Object.entries(data)) known(path, name, table).read(`${path}.${name}`, item);
    return data;
  },
});

/** The JSON Schema of the parameters of a study file. */
export const parametersSchema: JsonSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: {
    oneOf: [
      ...Object.values(shapes).map(({ schema }) => withNamedBounds(schema)),
      { type: 'array', minItems: 1, description: 'short for a choice of these values' },
    ],
  },
};

/** The JSON Schema of the constraints of a study file. Predicates are code, so there are none. */
export const constraintsSchema: JsonSchema = {
  type: 'array',
  items: {
    anyOf: Object.values(constraintShapes(mapping(checkedBy(finite), ''), mapping(anyValue, ''))).map(({ schema }) => schema),
  },
};
