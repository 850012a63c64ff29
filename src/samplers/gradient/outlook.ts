import type { Iterate } from './iterate.ts';
import { noiseLevel, type OptimizerState } from './optimizerState.ts';

/** A descent is not expected to go further than this many steps as long as its last one. */
const STEPS_AHEAD = 10;
/** After this many slow steps in a row, a descent stays in its valley. */
const MAX_SLOW_STEPS = 3;

/** The most that a convex function can still fall within some distance along each axis: along its tangent, up to the border. */
function possibleGain(x: Float64Array, gradient: Float64Array, distance: number): number {
  let gain = 0;
  for (let k = 0; k < x.length; k++) {
    const slope = gradient[k]!;
    if (!Number.isNaN(slope)) gain += Math.abs(slope) * Math.min(distance, slope > 0 ? x[k]! : 1 - x[k]!);
  }
  return gain;
}

/**
 * Whether further trials are better spent on a new start: even the steepest possible fall would not reach the best loss, or the descent has become
 * slow, and either another one reached a lower loss or it cannot gain more than noise hides.
 *
 * @param iterate the latest
 * @param best the lowest loss of any trial
 */
export function isWorthLeaving(optimizer: OptimizerState, iterate: Iterate, best: number): boolean {
  const { accepted, lastStep, slowSteps } = optimizer;
  const { x, loss, gradient } = iterate.gradient && iterate.loss <= accepted.loss ? iterate : accepted;
  if (gradient === undefined || optimizer.steps === 0) return false;
  const noise = noiseLevel(optimizer);
  const gain = possibleGain(x, gradient, STEPS_AHEAD * lastStep);
  const lead = loss - best - 2 * Math.SQRT2 * noise;
  return lead > gain || (slowSteps >= MAX_SLOW_STEPS && (lead > 0 || gain < 3 * noise));
}
