import type { Agreement } from '../samplers/budgets/firstRung.ts';
import { type RungSettings, rungsOf } from './rungBudgets.ts';

/** A bracket of Hyperband: how many configurations begin, and the budgets that fewer and fewer of them reach. */
export interface Bracket {
  readonly size: number;
  readonly budgets: readonly number[];
}

/**
 * The brackets of Hyperband (Li et al., JMLR 2018, algorithm 1), from the one that begins with the most configurations at the lowest budget
 * to the one that begins at the highest: n = ceil((s_max + 1) / (s + 1) eta^s) for s halvings. For (1, 81, 3) they begin with 81, 34, 15, 8
 * and 5.
 */
export function bracketsOf(settings: RungSettings): Bracket[] {
  const { eta } = settings;
  const rungs = rungsOf(settings);
  return rungs.map((_, k) => {
    const halvings = rungs.length - 1 - k;
    return { size: Math.ceil((rungs.length * eta ** halvings) / (halvings + 1)), budgets: rungs.slice(k) };
  });
}

/**
 * The share of its size in the paper that each bracket gets. In the paper, each bracket costs the same, because it is unknown at which budget
 * comparisons begin to be reliable. Here, the better a rung predicts the next one, the fewer configurations begin above it.
 *
 * @param first index of the first rung that counts
 */
export function sharesOf(agreements: readonly Agreement[], first: number): number[] {
  const shares = [1];
  for (const [k, { tau }] of agreements.entries()) shares.push(k < first ? 1 : shares[k]! * (1 - Math.max(0, tau)));
  return shares;
}

/**
 * The bracket of the next configuration, chosen so that the numbers of configurations begun stay in proportion to the sizes of the brackets times
 * their shares: the bracket with the highest size * share / (begun + 1), the first of equals (the method of D'Hondt).
 *
 * @param share of the size of each bracket: see `sharesOf`.
 * @param open whether a bracket may get another configuration.
 * @returns undefined if none may.
 */
export function nextBracket(
  brackets: readonly Bracket[],
  begun: readonly number[],
  share: readonly number[],
  open: (bracket: Bracket) => boolean,
): number | undefined {
  let next: number | undefined;
  const claim = (k: number) => (brackets[k]!.size * share[k]!) / (begun[k]! + 1);
  for (const [k, bracket] of brackets.entries()) {
    if (open(bracket) && (next === undefined || claim(k) > claim(next))) next = k;
  }
  return next;
}
