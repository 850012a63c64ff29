import type { Ask, Ended, Env, Reported, Suggested } from '../messages.ts';
import type { FitTask, Kernels } from '../numeric/gp/fit.ts';
import { type Rng, rngFor } from '../numeric/random.ts';
import type { Point } from '../space/axis.ts';
import type { ProposedPoint } from './sequence.ts';

/** Fits in a thread: the tasks are plain data. */
export type FitElsewhere = (tasks: readonly FitTask[]) => Promise<readonly (readonly Kernels[])[]>;

/** Makes the slow fits that the next proposal needs. */
export type LongFit = (fit: FitElsewhere) => Promise<void>;

/** A point with the value of its acquisition function. Higher is better. */
export interface ScoredPoint {
  readonly point: Point;
  readonly score: number;
}

/**
 * A strategy that models results, without its phases: a fold over facts, and two pure ways to answer an ask. `S` is immutable; caches of what is
 * computed from it live outside.
 */
export interface Surrogate<S> {
  readonly start: S;
  /** The state after a suggestion. */
  expect(state: S, fact: Suggested): S;
  /** The state after a report. */
  report(state: S, fact: Reported): S;
  /** The state after a trial ended. */
  learn(state: S, fact: Ended): S;
  /** Whether there are enough results to fit a model. */
  ready(state: S): boolean;
  /** An answer without a model; undefined if nothing is left to try. */
  explore(state: S, ask: Ask): ProposedPoint | undefined;
  /** An answer from the model, or `explored` if the model repeats itself too often; undefined if none can be fitted to these results. */
  propose(state: S, ask: Ask, rng: Rng): ProposedPoint | undefined;
  /** Whether the next stage should answer an ask, since the model says too little about these results. */
  handsOn?(state: S, ask: Ask): boolean;
  /**
   * Fits that are better made in a thread before the next ask. Applying their results does not change any answer: `propose` would compute the
   * same itself, only later.
   */
  longFit?(state: S): LongFit | undefined;
}

/**
 * Whether to explore instead of asking the model. The number is not one of those that `explore` draws from: otherwise the first coordinate of
 * each explored point would be below `share`.
 */
export const exploresInstead = ({ seed, name }: Env, { id, retry }: Ask, share: number): boolean =>
  share > 0 && rngFor(seed, `${name}/explores`, id, retry)() < share;
