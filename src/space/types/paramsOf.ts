import type { Conditional, ValueOf } from './dimension.ts';

/**
 * The configurations of a space. Parameters below a choice make it a union, so that `p.momentum` is there after `if (p.opt === 'sgd')`. Those below a
 * range of numbers may be absent, as may all if the space has more than three parents: the union would be too large.
 */
export type ParamsOf<D> = [Under<D>] extends [never]
  ? { readonly [K in keyof D]: ValueOf<D[K]> }
  : Flat<Existing<D, Exclude<keyof D, Under<D>>>>;

type Flat<T> = T extends unknown ? { [K in keyof T]: T[K] } : never;

/** The conditional parameters, or those directly below a parent. */
type Under<D, Parent = unknown> = {
  [K in keyof D]: D[K] extends Conditional<infer W> ? (keyof W extends Parent ? K : never) : never;
}[keyof D];
/** Parameters, with all below them. */
type Tree<D, N> = N extends never ? never : N | Tree<D, Under<D, N>>;
type Parents<D> = keyof { [K in keyof D as D[K] extends Conditional<infer W> ? keyof W : never]: unknown } & keyof D;

/** Parameters that exist, and what is below them. */
type Existing<D, N extends keyof D> = { readonly [K in N]: ValueOf<D[K]> } & Each<{ [K in N & Parents<D>]: Below<D, K> }>;
type Below<D, K extends keyof D> =
  CanSplit<D, ValueOf<D[K]>> extends true
    ? Branch<D, K, Groups<ValueOf<D[K]>, NamedIn<D, Under<D, K>>>>
    : { readonly [C in Tree<D, Under<D, K>> & keyof D]?: ValueOf<D[C]> };

/** What exists where a parent has a value: each one that a condition names is a group, and so are all others together. */
type Branch<D, K, Group> = Group extends readonly [infer V]
  ? { readonly [P in K & string]: V } & Existing<D, At<D, K, V>> & {
        readonly [C in Tree<D, Exclude<Under<D, K>, At<D, K, V>>> & string]?: never;
      }
  : never;
type Groups<V, Named> = (V extends Named ? [V] : never) | ([Exclude<V, Named>] extends [never] ? never : [Exclude<V, Named>]);
type At<D, K, V> = { [C in Under<D, K>]: [V] extends [NamedIn<D, C>] ? C : never }[Under<D, K>];
type NamedIn<D, C> = C extends keyof D ? (D[C] extends Conditional<infer W> ? OneOf<W[keyof W]> : never) : never;
type OneOf<V> = V extends readonly (infer One)[] ? One : V;

/** Whether values can tell members of a union apart: each has a type of its own, and the parents are at most three. */
type CanSplit<D, V> = [V, Extract<string | number, V> | Fewer<Fewer<Fewer<Parents<D>>>>] extends [string | number | boolean | null, never]
  ? true
  : false;
type Fewer<U> = Each<{ [K in U & string]: () => K }> extends () => infer L ? Exclude<U, L> : never;
/** The intersection of the members of an object type, which may be unions. */
type Each<T> = { [K in keyof T]: (given: T[K]) => void }[keyof T] extends (given: infer I) => void ? I : unknown;
