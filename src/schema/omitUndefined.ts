/** `T`, but every property that may be absent may also be `undefined`, so that callers can pass a value that may be undefined. */
export type AllowUndefined<T> = { readonly [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] };

/** `T`, but every property that may be `undefined` is absent instead. */
export type OmitUndefined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without the properties that are `undefined`. Each fact and each decision passes here, so it makes no list of pairs. */
export function omitUndefined<const T extends object>(options: T): OmitUndefined<T> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(options)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (name === '__proto__') Object.defineProperty(kept, name, { value, enumerable: true, configurable: true, writable: true });
    else kept[name] = value;
  }
  return kept as OmitUndefined<T>;
}
