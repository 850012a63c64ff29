import type { Ask, Ended, Reported, Suggested, Tags } from '../messages.ts';
import type { FitTask, Kernels } from '../numeric/gp/fit.ts';
import type { Rng } from '../numeric/random.ts';
import type { Point } from '../space/axis.ts';

/** Fits that the next proposal needs and that take long: as data, which a thread can be handed, and what takes in what came of them. */
export interface LongFit {
  readonly tasks: readonly FitTask[];
  settle(results: readonly (readonly Kernels[])[]): void;
}

/** A point, and why it. */
export interface Reasoned {
  readonly point: Point;
  readonly tags?: Tags;
}

/**
 * The numeric core of a strategy that models the results: a fold over facts, and two pure ways to answer an ask. `S` is immutable; what can be
 * computed from it is not kept in it.
 */
export interface Surrogate<S> {
  readonly start: S;
  /** A trial has been handed out. */
  expect(state: S, fact: Suggested): S;
  /** A trial has reported. */
  report(state: S, fact: Reported): S;
  /** A trial is over. */
  learn(state: S, fact: Ended): S;
  /** Whether there are results enough to fit a model. */
  ready(state: S): boolean;
  /** An answer without a model; `undefined` where there is nothing left to try. */
  explore(state: S, ask: Ask): Reasoned | undefined;
  /** An answer from the model; `undefined` where none can be fitted to these results. */
  propose(state: S, ask: Ask, rng: Rng): Reasoned | undefined;
  /**
   * Fits better made elsewhere, before anybody asks. To take in what came of them changes nothing that the state says: `propose` would come to
   * the same, later.
   */
  long?(state: S): LongFit | undefined;
}
