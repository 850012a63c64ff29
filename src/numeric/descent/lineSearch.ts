const ARMIJO = 1e-4;

/** Whether a step lowers the function enough (Armijo 1966), with a tolerance of twice the noise. */
export const isSufficientDecrease = (before: number, after: number, slope: number, noise = 0): boolean =>
  after <= before + ARMIJO * slope + 2 * noise;

/**
 * The factor by which to shorten a failed step: the minimum of the parabola through the known values and slope, within [0.1, 0.5].
 *
 * @param slope of the function along the whole step; negative
 * @param after not finite if there is no value
 */
export function shorteningFactor(before: number, after: number, slope: number): number {
  const fraction = Number.isFinite(after) ? -slope / (2 * (after - before - slope)) : 0.1;
  return Math.min(Math.max(fraction, 0.1), 0.5);
}
