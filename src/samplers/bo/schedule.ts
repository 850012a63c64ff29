/** A value computed when first asked for. */
export type Lazy<T> = () => T;

export function lazy<T>(compute: () => T): Lazy<T> {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** The number of results at which a model is first fitted. */
export const FIRST_FIT = 3;
const GROWTH = 1.2;

/**
 * The next number of results to fit at: 3, 4, 5, 6, 8, 10, 12, 15, 18, ... Which results a fit has seen is thus a function of how many there
 * are, and not of when someone asked.
 */
export const nextFit = (size: number): number => Math.ceil(size * GROWTH);
