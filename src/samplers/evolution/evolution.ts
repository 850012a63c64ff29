import type { Ask, StrategyEvent } from '../../messages.ts';
import type { ProposedPoint } from '../sequence.ts';

/** A strategy that learns from generations of trials, without its phases: a fold over facts, and pure ways to answer an ask. */
export interface Evolution<S> {
  readonly start: S;
  /** The state after a fact about any trial. */
  fold(state: S, fact: StrategyEvent): S;
  /** Whether the first population is complete, and enough of its results are known for `breed`. */
  founded(state: S): boolean;
  /** An answer that does not depend on results: a member of the first population, or of the first one after a restart. */
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
