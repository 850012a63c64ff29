import { isRecord } from '../schema/json.ts';
import type { OptionRule } from '../schema/optionRules.ts';
import { checkedBy, type Shape } from './shape.ts';

/** A value of a parameter: anything that JSON can hold. Two values are the same if `valueKey` is. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** How deeply a value may be nested: facts hold it in several levels of their own. */
const MOST_LEVELS = 8;

/** Whether data is a value. */
export function isValue(data: unknown, levels = MOST_LEVELS): data is Value {
  if (typeof data === 'object' && data !== null) return levels > 0 && Object.values(data).every((part) => isValue(part, levels - 1));
  return data === null || typeof data === 'string' || typeof data === 'boolean' || Number.isFinite(data);
}

const valueRule: OptionRule<Value> = {
  expected: `a value that JSON can hold, nested at most ${MOST_LEVELS} deep`,
  schema: {},
  holds: (data): data is Value => isValue(data),
};
export const anyValue: Shape<Value> = checkedBy(valueRule);

/** What tells values apart: their JSON, with the keys of mappings in order. It differs from that of all other data, too. */
export function valueKey(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(valueKey).join(',')}]`;
  if (isRecord(value))
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${valueKey(value[key])}`)
      .join(',')}}`;
  return String(value);
}

/** Whether two values are the same. */
export const isSameValue = (a: unknown, b: unknown): boolean => a === b || valueKey(a) === valueKey(b);

/** The same value, which cannot be changed any more: an objective gets the same object in each trial that has it. */
export function frozen<V>(value: V): V {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/** A value as text, for programs, tables and people: JSON, but strings without their quotes. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : valueKey(value));
