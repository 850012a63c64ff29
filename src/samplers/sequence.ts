import type { Point } from '../space/axis.ts';
import type { Core, Fold } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import type { Ask, Tags } from '../strategy/messages.ts';
import { numberIn, propose, stateTag } from '../strategy/messages.ts';

/** A point to propose, and its tags. */
export interface ProposedPoint {
  readonly point: Point;
  readonly tags?: Tags;
}

/** Points that do not depend on results. */
export interface Sequence<S> extends Fold<S> {
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
    tell(state, fact) {
      const index = fact.type === 'suggested' && fact.by === env.name ? numberIn(fact.tags, env.name) : undefined;
      return index === undefined ? state : from(index + 1);
    },
    exhausted: ({ index }) => index >= count,
    propose(state, { retry = 0 }) {
      let next = state;
      for (let n = 0; n < retry && next.index < count; n++) next = from(next.index + 1);
      return next.index < count ? { point: next.point, tags: stateTag(env.name, next.index) } : undefined;
    },
  };
}

/** A strategy that draws the points of a sequence, until there are none left. */
export const sequenceCore = <S>({ name }: Env, sequence: Sequence<S>): Core<S, 'drawing', 'exhausted'> => ({
  start: sequence.start,
  tell: sequence.tell,
  verdict: (state) => (sequence.exhausted(state) ? 'exhausted' : undefined),
  answers: {
    drawing(state, ask) {
      const drawn = sequence.propose(state, ask);
      return drawn ? propose(ask, name, drawn.point, drawn.tags) : ask; // every point that is left was rejected
    },
  },
});
