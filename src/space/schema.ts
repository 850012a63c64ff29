import { SpaceError } from '../errors.ts';
import { type Check, fault, fields, finite, isRecord, known, listOf, nearest, oneOf, positive, record, scalar, truth } from './check.ts';
import type { Constraint } from './constraint.ts';
import type { Condition, Dimensions, Value } from './dimension.ts';
import type { PriorData } from './prior.ts';

/** A space as it stands in a study file. A predicate is code: its name stands in its place. */
export interface SpaceData {
  readonly parameters: Dimensions;
  readonly constraints?: readonly ConstraintData[];
}
type ConstraintData =
  | { readonly atMost: Readonly<Record<string, number>>; readonly limit: number }
  | { readonly atLeast: Readonly<Record<string, number>>; readonly limit: number }
  | { readonly forbid: Readonly<Record<string, Value>> }
  | { readonly predicate: string };

const prior: Check = oneOf({
  normal: fields({ mean: finite, sd: positive }),
  logNormal: fields({ median: positive, sigma: positive }),
  beta: fields({ a: positive, b: positive }),
  weights: listOf(positive),
} satisfies Record<KeyOfEach<PriorData>, Check>);
type KeyOfEach<T> = T extends unknown ? keyof T : never;

const condition: Check = (path, value) => {
  record(path, value);
  const [parent, ...others] = Object.entries(value);
  if (!parent || others.length > 0) throw fault(path, 'one parent with its values, such as { opt: sgd }', value);
  (Array.isArray(parent[1]) ? listOf(scalar) : scalar)(`${path}.${parent[0]}`, parent[1]);
};

const type: Check = () => undefined;
const dimensionChecks: Readonly<Record<string, Check>> = {
  float: fields({ type, low: finite, high: finite }, { log: truth, logit: truth, step: positive, prior, when: condition }),
  int: fields({ type, low: finite, high: finite }, { log: truth, step: positive, prior, when: condition }),
  choice: fields({ type, values: listOf(scalar) }, { prior, when: condition }),
  ordinal: fields({ type, values: listOf(scalar) }, { prior, when: condition }),
  boolean: fields({ type }, { prior, when: condition }),
  constant: fields({ type, value: scalar }, { when: condition }),
};

export function checkDimensions(path: string, value: unknown): asserts value is Dimensions {
  record(path, value);
  if (Object.keys(value).length === 0) throw fault(path, 'at least one parameter', value);
  for (const [name, dimension] of Object.entries(value)) {
    const at = `${path}.${name}`;
    if (name === '' || name === '__proto__') throw fault(path, 'parameters with proper names', name);
    if (!isRecord(dimension)) throw fault(at, 'a parameter such as { type: float, low: 0, high: 1 }', dimension);
    const types = Object.keys(dimensionChecks);
    if (typeof dimension.type !== 'string' || !types.includes(dimension.type)) {
      throw fault(`${at}.type`, `one of ${types.join(', ')}`, dimension.type, nearest(String(dimension.type), types));
    }
    dimensionChecks[dimension.type]!(at, dimension);
  }
}

/** The parent of a condition, and the values of the parent under which the parameter exists. */
export function parentOf(when: Condition): readonly [parent: string, values: readonly Value[]] {
  const [parent, values] = Object.entries(when)[0]!;
  return [parent, Array.isArray(values) ? values : [values as Value]];
}

const mapping =
  (names: readonly string[], check: (name: string) => Check): Check =>
  (path, value) => {
    record(path, value);
    const table = Object.fromEntries(names.map((name) => [name, check(name)]));
    if (Object.keys(value).length === 0) throw fault(path, 'at least one parameter', value);
    for (const [name, item] of Object.entries(value)) known(path, name, table)(`${path}.${name}`, item);
  };

/**
 * @param numeric whether a parameter's values are numbers.
 * @param legal checks a value of a parameter.
 */
export function checkConstraints(
  path: string,
  value: unknown,
  names: readonly string[],
  numeric: (name: string) => boolean,
  legal: (name: string) => Check,
): asserts value is readonly Constraint[] {
  const sum = mapping(names, (name) => (at, coefficient) => {
    if (!numeric(name)) throw new SpaceError(`${at}: expected a parameter whose values are numbers, got ${name}, which has others`);
    finite(at, coefficient);
  });
  const text: Check = (at, name) => {
    if (typeof name !== 'string') throw fault(at, 'the name of a predicate', name);
  };
  const code: Check = (at, holds) => {
    if (typeof holds !== 'function') throw fault(at, 'a function', holds);
  };
  const kinds: Readonly<Record<string, Check>> = {
    atMost: fields({ atMost: sum, limit: finite }),
    atLeast: fields({ atLeast: sum, limit: finite }),
    forbid: fields({ forbid: mapping(names, legal) }),
    predicate: fields({ predicate: text, holds: code }),
  };
  if (!Array.isArray(value)) throw fault(path, 'a list of constraints', value);
  value.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    record(at, constraint);
    const kind = Object.keys(constraint).find((key) => Object.hasOwn(kinds, key)) ?? Object.keys(constraint)[0];
    if (kind === undefined) throw fault(at, `one of ${Object.keys(kinds).join(', ')}`, constraint);
    known(at, kind, kinds)(at, constraint);
  });
}
