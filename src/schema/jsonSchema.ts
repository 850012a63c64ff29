/** A JSON Schema (2020-12, and in all that we use draft 7), as data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}
