import { LONG, SpaceError } from '../errors.ts';
import { isRecord } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';

/** The error for invalid data: where, what was expected, and what was given. */
export const fault = (path: string, expected: string, got: unknown, hint = ''): SpaceError =>
  new SpaceError(`${path}: expected ${expected}, got ${show(got)}${hint}`);

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'function') return String(value);
  const text = jsonOf(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A value as JSON; undefined if it has none, such as one that contains itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

export function assertRecord(path: string, value: unknown, expected = 'a mapping'): asserts value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw fault(path, value === null ? 'a mapping with entries (remove the # before one)' : expected, value);
}

/** The entry of a table by its name. */
export function known<T>(path: string, key: string, table: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(table, key)) return table[key]!;
  const names = Object.keys(table);
  const expected = `one of ${names.join(', ')}`;
  const hint = nearest(key, names);
  throw new SpaceError(
    `${path}.${key}: ${hint && expected.length > LONG ? `unknown key${hint} Expected ${expected}` : `unknown key, expected ${expected}${hint}`}`,
  );
}
