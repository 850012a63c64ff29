import type { Dimension } from '../types/dimension.ts';
import type { Value } from '../value.ts';

/** What is known about a parameter: a range worth searching, its scale, and where good values are expected. */
export interface KnownParameter {
  readonly dimension: Dimension;
  /** Its default in the library; null is None. Absent: the library has none. */
  readonly default?: Value;
  /** What it depends on, or is good for. */
  readonly note?: string;
}

/** Programs whose parameters mean the same. */
export interface KnownProgram {
  /** Their full names, as a program imports them. */
  readonly names: readonly string[];
  /** Where defaults and priors come from. */
  readonly source: string;
  /** By name; several if the library takes numbers of several types, or if a prior on a linear scale is useless on a logarithmic one. */
  readonly parameters: Readonly<Record<string, readonly KnownParameter[]>>;
}

/** A row of these tables. @param otherwise its default; undefined if the library has none */
export const known = (otherwise: Value | undefined, dimension: Dimension, note?: string): KnownParameter => ({
  dimension,
  ...(otherwise !== undefined && { default: otherwise }),
  ...(note !== undefined && { note }),
});
