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
