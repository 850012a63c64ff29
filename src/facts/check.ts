import type { Refusal } from './facts.ts';

/**
 * The part of JSON Schema that facts need. The schemas are published as they are, so what validates is what is documented.
 * (A general validator costs as much at import as everything else together.)
 */
export type Schema =
  | { readonly type: 'string'; readonly maxLength?: number; readonly enum?: readonly string[]; readonly description?: string }
  | { readonly type: 'number' | 'integer'; readonly minimum?: number; readonly maximum?: number; readonly description?: string }
  | { readonly type: 'boolean'; readonly description?: string }
  | {
      readonly type: 'array';
      readonly items: Schema;
      readonly minItems?: number;
      readonly maxItems?: number;
      readonly description?: string;
    }
  | {
      readonly type: 'object';
      readonly properties?: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
      /** For names that `properties` does not list. Absent: anything, and it is ignored. */
      readonly additionalProperties?: Schema;
      readonly description?: string;
    }
  | { readonly const: string | number; readonly description?: string }
  | { readonly description?: string };

const shown = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
const bad = (path: string, wanted: string, value: unknown): Refusal => ({
  code: 'bad-field',
  message: `${path || 'the fact'} must be ${wanted}, not ${shown(value)}`,
});

/** Nothing where `value` fits; else the first thing that is wrong with it. Numbers must be finite. */
export function check(schema: Schema, value: unknown, path = ''): Refusal | undefined {
  if ('const' in schema) return value === schema.const ? undefined : bad(path, shown(schema.const), value);
  if (!('type' in schema)) return undefined;
  switch (schema.type) {
    case 'string':
      return checkString(schema, value, path);
    case 'number':
    case 'integer':
      return checkNumber(schema, value, path);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : bad(path, 'true or false', value);
    case 'array':
      return checkArray(schema, value, path);
    case 'object':
      return checkObject(schema, value, path);
  }
}

type Of<T extends string> = Extract<Schema, { readonly type: T }>;

function checkString({ maxLength = 4096, enum: names }: Of<'string'>, value: unknown, path: string): Refusal | undefined {
  if (typeof value !== 'string') return bad(path, 'a string', value);
  if (names && !names.includes(value)) return bad(path, `one of ${names.join(', ')}`, value);
  return value.length <= maxLength ? undefined : bad(path, `at most ${maxLength} characters long`, value);
}

function checkNumber(
  { type, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Of<'number' | 'integer'>,
  value: unknown,
  path: string,
): Refusal | undefined {
  const fits = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!fits) return bad(path, type === 'integer' ? 'a whole number' : 'a finite number', value);
  if ((value as number) < minimum) return bad(path, `at least ${minimum}`, value);
  return (value as number) <= maximum ? undefined : bad(path, `at most ${maximum}`, value);
}

function checkArray({ items, minItems = 0, maxItems = 1024 }: Of<'array'>, value: unknown, path: string): Refusal | undefined {
  if (!Array.isArray(value)) return bad(path, 'an array', value);
  if (value.length < minItems || value.length > maxItems) return bad(path, `${minItems} to ${maxItems} items long`, value);
  for (let i = 0; i < value.length; i++) {
    const wrong = check(items, value[i], `${path}[${i}]`);
    if (wrong) return wrong;
  }
  return undefined;
}

function checkObject(
  { properties = {}, required = [], additionalProperties }: Of<'object'>,
  value: unknown,
  path: string,
): Refusal | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(path, 'an object', value);
  const prefix = path && `${path}.`;
  for (const name of required) {
    if (!Object.hasOwn(value, name)) return { code: 'missing-field', message: `${prefix}${name} is missing` };
  }
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (schema === undefined || item === undefined) continue; // unknown fields are ignored; JSON has no undefined
    const wrong = check(schema, item, `${prefix}${name}`);
    if (wrong) return wrong;
  }
  return undefined;
}
