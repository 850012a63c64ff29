import { from, needed, positive, wholeFrom } from '../optionRules.ts';

export interface RungOptions {
  /** The lowest budget, such as epochs. */
  readonly min: number;
  /** The highest budget. */
  readonly max: number;
  /** One in `eta` goes on. Default 3. */
  readonly eta?: number | undefined;
}

/** The rules for them, beside those of other options of a strategy. */
export const rungRules = ({ min }: RungOptions) => ({ min: needed(positive), max: needed(from(min)), eta: wholeFrom(2) });

/**
 * The budgets of successive halving, from `min` to `max` in equal ratios that are as near to `eta` as that allows; whole numbers where `min` and
 * `max` are. 1, 3, 9, 27, 81 for (1, 81, 3); 1, 3, 10, 32, 100 for (1, 100, 3), not 1, 3, 9, 27, 100: a last step of nearly 4 would cost more
 * than it tells.
 */
export function rungsOf({ min, max, eta = 3 }: RungOptions): number[] {
  if (min === max) return [max];
  const steps = Math.max(1, Math.round(Math.log(max / min) / Math.log(eta)));
  const whole = Number.isInteger(min) && Number.isInteger(max);
  // Rounded, so that a logarithm's last bit, which differs between machines, does not move a rung.
  const round = (budget: number) => (whole ? Math.round(budget) : Number(budget.toPrecision(6)));
  return [min, ...Array.from({ length: steps - 1 }, (_, k) => round(min * (max / min) ** ((k + 1) / steps))), max];
}
