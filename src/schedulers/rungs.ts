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
 * The budgets of successive halving: min eta^k as long as the next one is not beyond max, then max itself. Products, not powers of a
 * quotient or logarithms, so whole numbers stay whole: 1, 3, 9, 27, 81 for (1, 81, 3) and 1, 3, 9, 27, 100 for (1, 100, 3).
 */
export function rungsOf({ min, max, eta = 3 }: RungOptions): number[] {
  const rungs: number[] = [];
  for (let budget = min; budget * eta <= max; budget *= eta) rungs.push(budget);
  return [...rungs, max];
}
