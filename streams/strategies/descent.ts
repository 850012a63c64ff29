import { oneOf, wholeFrom } from '../../src/optionRules.ts';
import type { Beginning } from '../../src/samplers/gradient/descent.ts';
import type { Lane } from '../../src/samplers/gradient/movableAxes.ts';

/** Where descents begin, and how many there are. */
export interface DescentOptions {
  /** Where the first descent begins: at a `sobol` point (the default), or at the `incumbent`, the best trial in the log, whoever proposed it. */
  readonly start?: 'sobol' | 'incumbent' | undefined;
  /**
   * How many descents run side by side. The worse half is stopped again and again. Default: one for each slot of the study, up to 8; but 1 where
   * the trials around one point of `sgd` fill the slots.
   */
  readonly starts?: number | undefined;
  /** How often a descent that has converged begins anew, elsewhere; after that, asks are handed on. Default: without end. */
  readonly restarts?: number | undefined;
}

/** What these options may be. */
export const descentRules = { start: oneOf('sobol', 'incumbent'), starts: wholeFrom(1), restarts: wholeFrom(0) };

/** There is one descent for each slot, but there are no more than these. */
const MOST = 8;

export const startsFor = (parallel: number): number => Math.min(MOST, parallel);

export const beginningOf = (lane: Lane, { start = 'sobol', restarts = Number.POSITIVE_INFINITY }: DescentOptions): Beginning => ({
  lane,
  start,
  restarts,
});
