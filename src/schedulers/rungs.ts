import { OptionError } from '../errors.ts';

export interface RungOptions {
  /** The lowest budget, such as epochs. */
  readonly min: number;
  /** The highest budget. */
  readonly max: number;
  /** One in `eta` goes on. Default 3. */
  readonly eta?: number | undefined;
}

/**
 * The budgets of successive halving: min eta^k as long as the next one is not beyond max, then max itself. Products, not powers of a
 * quotient or logarithms, so whole numbers stay whole: 1, 3, 9, 27, 81 for (1, 81, 3) and 1, 3, 9, 27, 100 for (1, 100, 3).
 */
export function rungsOf({ min, max, eta = 3 }: RungOptions): number[] {
  if (!(min > 0 && Number.isFinite(min))) throw new OptionError('min', 'a budget above 0', min);
  if (!(max >= min && Number.isFinite(max))) throw new OptionError('max', `a budget of at least min = ${min}`, max);
  if (!(Number.isInteger(eta) && eta >= 2)) throw new OptionError('eta', 'a whole number of at least 2', eta);
  const rungs: number[] = [];
  for (let budget = min; budget * eta <= max; budget *= eta) rungs.push(budget);
  return [...rungs, max];
}
