import type { Refusal } from './refusal.ts';
import type { Schema, UnionSchema } from './schema.ts';

const shown = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
const bad = (path: string, wanted: string, value: unknown): Refusal => ({
  code: 'bad-field',
  message: `${path || 'the fact'} must be ${wanted}, not ${shown(value)}`,
});

/** All errors in a value; none if it fits the schema. */
export function mistakesIn(schema: Schema, value: unknown): readonly Refusal[] {
  const found: Refusal[] = [];
  const only = validate(schema, value, '', found);
  return only ? [only] : found;
}

/**
 * The first error in a value, or undefined if it fits the schema. Numbers must be finite.
 *
 * @param found collects the errors inside objects and lists, instead of an end at the first one.
 */
export function validate(schema: Schema, value: unknown, path = '', found?: Refusal[]): Refusal | undefined {
  if ('const' in schema) return value === schema.const ? undefined : bad(path, shown(schema.const), value);
  if ('oneOf' in schema) return validateUnion(schema, value, path);
  if (!('type' in schema)) return undefined;
  switch (schema.type) {
    case 'string':
      return validateString(schema, value, path);
    case 'number':
    case 'integer':
      return validateNumber(schema, value, path);
    case 'null':
      return value === null ? undefined : bad(path, 'null', value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : bad(path, 'true or false', value);
    case 'array':
      return validateArray(schema, value, path, found);
    case 'object':
      return validateObject(schema, value, path, found);
  }
}

type Of<T extends string> = Extract<Schema, { readonly type: T }>;

function validateString({ maxLength = 4096, enum: names }: Of<'string'>, value: unknown, path: string): Refusal | undefined {
  if (typeof value !== 'string') return bad(path, 'a string', value);
  if (names && !names.includes(value)) return bad(path, `one of ${names.join(', ')}`, value);
  return value.length <= maxLength ? undefined : bad(path, `at most ${maxLength} characters long`, value);
}

function validateNumber(
  { type, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Of<'number' | 'integer'>,
  value: unknown,
  path: string,
): Refusal | undefined {
  const fits = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!fits) return bad(path, type === 'integer' ? 'a whole number' : 'a finite number', value);
  if ((value as number) < minimum) return bad(path, `at least ${minimum}`, value);
  return (value as number) <= maximum ? undefined : bad(path, `at most ${maximum}`, value);
}

function validateArray(
  { items, minItems = 0, maxItems = 1024 }: Of<'array'>,
  value: unknown,
  path: string,
  found?: Refusal[],
): Refusal | undefined {
  if (!Array.isArray(value)) return bad(path, 'an array', value);
  if (value.length < minItems || value.length > maxItems) return bad(path, `${minItems} to ${maxItems} items long`, value);
  for (let i = 0; i < value.length; i++) {
    const wrong = validate(items, value[i], `${path}[${i}]`, found);
    if (!wrong) continue;
    if (!found) return wrong;
    found.push(wrong);
  }
  return undefined;
}

/** The error is that of the last schema. */
function validateUnion({ oneOf }: UnionSchema, value: unknown, path: string): Refusal | undefined {
  let wrong: Refusal | undefined;
  for (const schema of oneOf) {
    wrong = validate(schema, value, path);
    if (!wrong) return undefined;
  }
  return wrong;
}

function validateObject(
  { properties = {}, required = [], additionalProperties }: Of<'object'>,
  value: unknown,
  path: string,
  found?: Refusal[],
): Refusal | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(path, 'an object', value);
  const prefix = path && `${path}.`;
  for (const name of required) {
    const isMissing = !Object.hasOwn(value, name) || (value as Record<string, unknown>)[name] === undefined;
    if (!isMissing) continue;
    const wrong: Refusal = { code: 'missing-field', message: `${prefix}${name} is missing` };
    if (!found) return wrong;
    found.push(wrong);
  }
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (schema === undefined || item === undefined) continue; // unknown fields are ignored, and JSON has no undefined
    const wrong = validate(schema, item, `${prefix}${name}`, found);
    if (!wrong) continue;
    if (!found) return wrong;
    found.push(wrong);
  }
  return undefined;
}

/** Whether objects and arrays are nested deeper than a number of levels. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const item of Object.values(value)) if (isDeeper(item, levels - 1)) return true;
  return false;
}
