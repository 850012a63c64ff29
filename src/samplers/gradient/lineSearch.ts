import { isSufficientDecrease, shorteningFactor } from '../../numeric/descent/lineSearch.ts';
import { descentDirection, maxNorm, projectedStep } from '../../numeric/descent/projected.ts';
import { type CurvaturePair, curvaturePair, dampedPair } from '../../numeric/descent/quasiNewton.ts';
import type { IterateWithGradient } from './iterate.ts';

/** A line search with the step that is tried now. */
export interface LineSearch {
  readonly from: IterateWithGradient;
  readonly pairs: readonly CurvaturePair[];
  readonly direction: Float64Array;
  /** Whether the direction is that of steepest descent. */
  readonly steepest: boolean;
  readonly length: number;
  /** The end of the step. */
  readonly x: Float64Array;
  /** The change of the loss over the step, by the gradient at its start. */
  readonly slope: number;
}

/** Shorter steps, as a fraction of the range, are not worth a trial. */
const MIN_LENGTH = 1e-9;

/**
 * The first step of a line search: a full quasi-Newton step or, without curvature pairs, a step of steepest descent.
 *
 * @param reach the longest component of a step of steepest descent
 * @returns undefined if no direction leads downhill
 */
export function startLineSearch(from: IterateWithGradient, pairs: readonly CurvaturePair[], reach: number): LineSearch | undefined {
  const { direction, steepest } = descentDirection(from.x, from.gradient, pairs);
  const size = maxNorm(direction);
  return size === 0 ? undefined : aim({ from, pairs, direction, steepest }, steepest ? reach / size : Math.min(1, 1 / size), reach);
}

function aim(line: Pick<LineSearch, 'from' | 'pairs' | 'direction' | 'steepest'>, length: number, reach: number): LineSearch | undefined {
  const { from, direction, steepest } = line;
  const { x, slope } = projectedStep(from.x, direction, length, from.gradient);
  if (slope < 0 && length * maxNorm(direction) > MIN_LENGTH) return { ...line, length, x, slope };
  return steepest ? undefined : startLineSearch(from, [], reach); // the curvature pairs were misleading
}

/** Whether the loss at the end of the step is low enough to accept it. */
export const isSufficient = ({ from, slope }: LineSearch, loss: number, noise: number): boolean =>
  isSufficientDecrease(from.loss, loss, slope, noise);

/** The search with a shorter step; if that is too short, the steepest descent; undefined if that is too short as well. */
export const shortenStep = (search: LineSearch, loss: number, reach: number): LineSearch | undefined =>
  aim(search, search.length * shorteningFactor(search.from.loss, loss, search.slope), reach);

/** The curvature along the accepted step. A full quasi-Newton step d satisfies B d = -g, which gives the expected change of the gradient without B. */
export function curvaturePairOf(
  { from, direction, steepest, length }: LineSearch,
  { x, gradient }: IterateWithGradient,
): CurvaturePair | undefined {
  if (steepest) return curvaturePair(from.x, x, from.gradient, gradient);
  const expected = from.gradient.map((g, k) => (direction[k] === 0 ? 0 : -length * g));
  return dampedPair(from.x, x, from.gradient, gradient, expected);
}
