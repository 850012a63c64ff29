/** A JSON Schema (2020-12, and in all that we use draft 7), as data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Whether data is a mapping, and not a list. */
export const isRecord = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** What a text of JSON holds; undefined if it is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where two pieces of JSON differ, regardless of the order of their fields: the path below `path`, and what either has there. */
export function* differencesIn(one: unknown, other: unknown, path = ''): Generator<readonly [path: string, one: unknown, other: unknown]> {
  if (!hasParts(one) || !hasParts(other) || Array.isArray(one) !== Array.isArray(other)) {
    if (one !== other && JSON.stringify(one) !== JSON.stringify(other)) yield [path, one, other];
    return;
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const name of names) yield* differencesIn(one[name], other[name], path === '' ? name : `${path}.${name}`);
}

const hasParts = (data: unknown): data is Readonly<Record<string, unknown>> => typeof data === 'object' && data !== null;
