import type { Core, Fold } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import { type Answer, type Ask, propose, wait } from '../../strategy/messages.ts';
import type { ProposedPoint } from '../sequence.ts';

/** The numbers of a strategy that learns from generations of trials. */
export interface Evolution<S> extends Fold<S> {
  /** Whether the first population is complete, and enough of its results are known for `breed`. */
  founded(state: S): boolean;
  /** An answer that does not depend on results: a member of the first population, or of the first one after the search has converged. */
  found(state: S, ask: Ask): ProposedPoint;
  /** An answer that depends on the population so far. */
  breed(state: S, ask: Ask): ProposedPoint;
  /** Whether all trials of all generations have been suggested. */
  over(state: S): boolean;
  /** How one generation follows another, if each must end before the next begins. Absent if they flow into each other and no ask has to wait. */
  readonly barrier?: Barrier<S> | undefined;
}

export interface Barrier<S> {
  /** Whether all trials of the generation have been suggested. */
  full(state: S): boolean;
  /** Whether all of them have ended. */
  settled(state: S): boolean;
  /** The state at the start of the next generation. */
  advance(state: S): S;
}

/** A strategy that learns from generations of trials. A generation that has settled gives way to the next one at once. */
export function evolutionCore<S>(
  { name }: Env,
  numbers: Evolution<S>,
): Core<S, 'founding' | 'breeding' | 'settling', 'founded' | 'converged' | 'full' | 'finished'> {
  const { barrier } = numbers;
  const proposed = (ask: Ask, { point, tags }: ProposedPoint): Answer => propose(ask, name, point, tags);
  return {
    start: numbers.start,
    tell(before, fact) {
      const state = numbers.tell(before, fact);
      return barrier?.full(state) && barrier.settled(state) && !numbers.over(state) ? barrier.advance(state) : state;
    },
    verdict(state) {
      if (numbers.over(state)) return 'finished';
      if (barrier?.full(state)) return 'full';
      return numbers.founded(state) ? 'founded' : 'converged';
    },
    answers: {
      founding: (state, ask) => proposed(ask, numbers.found(state, ask)),
      breeding: (state, ask) => proposed(ask, numbers.breed(state, ask)),
      settling: (_, ask) => wait(ask, name),
    },
  };
}
