const ARMIJO = 1e-4;

/** Whether a step lowers the function enough (Armijo 1966); where values are noisy, as far as noise lets one tell. */
export const isSufficientDecrease = (before: number, after: number, slope: number, noise = 0): boolean =>
  after <= before + ARMIJO * slope + 2 * noise;

/**
 * What to multiply the length of a failed step by: the minimum of the parabola through what is known, kept within sane fractions.
 *
 * @param slope of the function along the whole step; negative
 * @param after not finite where there is no value
 */
export function shorteningFactor(before: number, after: number, slope: number): number {
  const fraction = Number.isFinite(after) ? -slope / (2 * (after - before - slope)) : 0.1;
  return Math.min(Math.max(fraction, 0.1), 0.5);
}
