/** `T`, but every property that may be absent may also be `undefined`, so that callers can pass a value that may be undefined. */
export type AllowUndefined<T> = { readonly [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] };

/** `T`, but every property that may be `undefined` is absent instead. */
export type OmitUndefined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without the properties that are `undefined`. */
export const omitUndefined = <const T extends object>(options: T): OmitUndefined<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as OmitUndefined<T>;
