import { atLeastNumber, checkOption, positive, wholeFrom, within } from '../schema/optionRules.ts';
import { optional, required, type SettingsOf } from '../schema/optionSet.ts';

export const rungOptions = {
  /** The lowest budget at which trials are compared, such as a number of epochs. */
  min: required(positive),
  /** The highest budget: that of a trial that is never stopped. */
  max: required(positive),
  /** One in `eta` configurations is promoted to the next rung. Default: 3. */
  eta: optional(wholeFrom(2), 3),
};
export type RungSettings = SettingsOf<typeof rungOptions>;

/**
 * Checks that a rule for a single option cannot make.
 *
 * @throws OptionError unless min <= max, and min <= first <= max
 */
export function checkRungs(of: string, { min, max, first }: RungSettings & { readonly first?: number }): void {
  checkOption(`${of}.max`, max, atLeastNumber(min));
  if (first !== undefined) checkOption(`${of}.first`, first, within(min, max));
}

/**
 * The budgets of successive halving, from `min` to `max` in equal ratios as close to `eta` as possible; whole numbers if `min` and `max` are.
 * 1, 3, 9, 27, 81 for (1, 81, 3); 1, 3, 10, 32, 100 for (1, 100, 3), not 1, 3, 9, 27, 100: a last ratio of nearly 4 would cost more than it is worth.
 */
export function rungsOf({ min, max, eta }: RungSettings): number[] {
  if (min === max) return [max];
  const steps = Math.max(1, Math.round(Math.log(max / min) / Math.log(eta)));
  const whole = Number.isInteger(min) && Number.isInteger(max);
  // Rounded, because the last bit of a logarithm differs between machines.
  const round = (budget: number) => (whole ? Math.round(budget) : Number(budget.toPrecision(6)));
  return [min, ...Array.from({ length: steps - 1 }, (_, k) => round(min * (max / min) ** ((k + 1) / steps))), max];
}
