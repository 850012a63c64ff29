import type { Ask, Env, Suggested, Tags } from '../messages.ts';
import { numberIn, stateTag } from '../messages.ts';
import type { Point } from '../space/axis.ts';

/** A point to propose, and its tags. */
export interface ProposedPoint {
  readonly point: Point;
  readonly tags?: Tags;
  /** Whether a model left the choice to exploration. */
  readonly explored?: boolean;
}

export const explored = (drawn: ProposedPoint | undefined): ProposedPoint | undefined => drawn && { ...drawn, explored: true };

/** Points that do not depend on results. The state of the sequence is a fold over suggestions. */
export interface Sequence<S> {
  readonly start: S;
  /** Whether a suggestion changes the state. */
  advances(fact: Suggested): boolean;
  /** The state after a suggestion that advances it. */
  fold(state: S, fact: Suggested): S;
  /** Whether there are no points left for any ask. */
  exhausted(state: S): boolean;
  /** The answer to an ask: a different point for each retry, undefined if there are no more. */
  propose(state: S, ask: Ask): ProposedPoint | undefined;
}

/** After this many unusable points in a row, a sequence counts as exhausted. */
const MAX_SKIPPED = 1e6;

/** The first usable integer in [from, end), or `end`. */
export function findUsable(from: number, end: number, usable: (i: number) => boolean): number {
  for (let i = from; i < Math.min(end, from + MAX_SKIPPED); i++) if (usable(i)) return i;
  return end;
}

/** The next point of a numbered sequence. */
interface SequencePosition {
  readonly index: number;
  readonly point: Point;
}

/**
 * The feasible ones of the points 0..count-1, in order. Each suggestion carries its number in a tag named after the stage, from which the
 * sequence continues.
 *
 * @param pointAt the i-th point, snapped
 */
export function numberedSequence(env: Env, count: number, pointAt: (i: number) => Point): Sequence<SequencePosition> {
  const from = (first: number): SequencePosition => {
    let point: Point = [];
    const index = findUsable(first, count, (i) => {
      point = pointAt(i);
      return env.feasible(point);
    });
    return { index, point };
  };
  return {
    start: from(0),
    advances: ({ by, tags }) => by === env.name && numberIn(tags, by) !== undefined,
    fold: (_, { tags }) => from(numberIn(tags, env.name)! + 1),
    exhausted: ({ index }) => index >= count,
    propose(state, { retry = 0 }) {
      let next = state;
      for (let n = 0; n < retry && next.index < count; n++) next = from(next.index + 1);
      return next.index < count ? { point: next.point, tags: stateTag(env.name, next.index) } : undefined;
    },
  };
}
