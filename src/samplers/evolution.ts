import type { Ask, Ended, Suggested } from '../messages.ts';
import type { Draw } from './sequence.ts';

/** The numeric core of a strategy that learns from generations of trials: one is handed out, comes home, and makes the next. */
export interface Evolution<S> {
  /** Whether generations flow into each other: no ask waits for results. */
  readonly steady: boolean;
  readonly start: S;
  /** The state after a fact about anybody's trial. */
  fold(state: S, fact: Suggested | Ended): S;
  /** Whether the generation has been handed out in full. */
  full(state: S): boolean;
  /** Whether all its trials have ended. */
  settled(state: S): boolean;
  /** The next generation. */
  advance(state: S): S;
  /** Whether the last generation is over; where they flow, whether it has been handed out. */
  over(state: S): boolean;
  /** The answer to an ask. */
  breed(state: S, ask: Ask): Draw;
}
