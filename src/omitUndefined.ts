/** `T`, but every property that may be absent may also be `undefined`, so that callers can pass on a value that they may not have. */
export type AllowUndefined<T> = { readonly [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] };

/** A copy without the properties that are `undefined`. */
export const omitUndefined = <T extends object>(options: AllowUndefined<T>): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
