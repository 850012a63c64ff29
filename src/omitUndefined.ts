/** Options, each of which may be `undefined` where it may be left out: so they can be handed on by those who do not know whether they have them. */
export type Loose<T> = { readonly [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The options that are there. */
export const given = <T extends object>(options: Loose<T>): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
