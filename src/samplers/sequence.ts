import type { Ask, Env, Suggested, Tags } from '../messages.ts';
import type { Point } from '../space/axis.ts';

/** A point to propose, and the mark by which its `suggested` is known again. */
export interface Draw {
  readonly point: Point;
  readonly tags?: Tags;
}

/** Points that depend on no result. Where the sequence stands is a fold over what was suggested. */
export interface Sequence<S> {
  readonly start: S;
  /** Whether a suggestion moves the sequence. */
  concerns(fact: Suggested): boolean;
  /** The state after a suggestion that concerns it. */
  fold(state: S, fact: Suggested): S;
  /** Whether there is nothing left for any ask. */
  spent(state: S): boolean;
  /** The answer to an ask: another one for each retry, until there is none. */
  at(state: S, ask: Ask): Draw | undefined;
}

/** How many unusable points in a row are passed over before a sequence counts as spent. */
const PATIENCE = 1e6;

/** The first whole number in [from, end) that is usable; `end` where there is none. */
export function seek(from: number, end: number, usable: (i: number) => boolean): number {
  for (let i = from; i < Math.min(end, from + PATIENCE); i++) if (usable(i)) return i;
  return end;
}

/** The place of a numbered sequence: the next point to be drawn. */
interface Next {
  readonly index: number;
  readonly point: Point;
}

/**
 * The sequence of the points 0..count-1 in their order, infeasible ones left out. Each carries its number as a tag under the stage's own
 * path, and the sequence goes on after the one that was suggested last.
 *
 * @param pointAt the i-th point, snapped
 */
export function numbered(env: Env, count: number, pointAt: (i: number) => Point): Sequence<Next> {
  const from = (first: number): Next => {
    let point: Point = [];
    const index = seek(first, count, (i) => {
      point = pointAt(i);
      return env.feasible(point);
    });
    return { index, point };
  };
  return {
    start: from(0),
    concerns: ({ by, tags }) => by === env.name && tags?.[env.name] !== undefined,
    fold: (_, { tags }) => from(Number(tags![env.name]) + 1),
    spent: ({ index }) => index >= count,
    at(state, { retry = 0 }) {
      let next = state;
      for (let n = 0; n < retry && next.index < count; n++) next = from(next.index + 1);
      return next.index < count ? { point: next.point, tags: { [env.name]: String(next.index) } } : undefined;
    },
  };
}
