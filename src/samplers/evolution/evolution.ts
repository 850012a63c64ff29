import type { Ask, StrategyEvent } from '../../messages.ts';
import type { ProposedPoint } from '../sequence.ts';

/** The numeric core of a strategy that learns from generations of trials: one is handed out, comes home, and makes the next. */
export interface Evolution<S> {
  readonly start: S;
  /** The state after a fact about anybody's trial. */
  fold(state: S, fact: StrategyEvent): S;
  /** Whether the generation has been handed out in full. Never, where generations flow into each other and no ask is to wait for results. */
  full(state: S): boolean;
  /** Whether all its trials have ended. */
  settled(state: S): boolean;
  /** The next generation. */
  advance(state: S): S;
  /** Whether there are no more trials to be handed out, in any generation. */
  over(state: S): boolean;
  /** The answer to an ask. */
  breed(state: S, ask: Ask): ProposedPoint;
}
