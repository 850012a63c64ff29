import type { Closed, CloseReason, Params, Values } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';

/**
 * The trial with the lowest first loss among those completed at the highest budget or without one. Trials that violate an outcome constraint are not ranked.
 *
 * @typeParam P the type of configurations
 */
export interface Best<P = Params> {
  readonly trial: number;
  readonly params: P;
  readonly values: Values;
  readonly loss: number;
  /** Infinity if the trial has no budget. */
  readonly budget: number;
}

type Rank = Pick<Best, 'trial' | 'loss' | 'budget'>;

/** A higher budget matters more than a lower loss. */
const better = (a: Rank, b: Rank | undefined): boolean =>
  b === undefined || a.budget > b.budget || (a.budget === b.budget && a.loss < b.loss);

/**
 * Keeps the best result. A trial without a budget trained to its end, so it ranks with those at the highest budget: an imported one has
 * none.
 */
export class Leader<R extends Rank> {
  #budgeted: R | undefined;
  #unlimited: R | undefined;

  add(result: R): void {
    if (result.budget < Number.POSITIVE_INFINITY) {
      if (better(result, this.#budgeted)) this.#budgeted = result;
    } else if (better(result, this.#unlimited)) this.#unlimited = result;
  }

  get best(): R | undefined {
    const [a, b] = [this.#budgeted, this.#unlimited];
    if (a === undefined || b === undefined) return a ?? b;
    return a.loss < b.loss || (a.loss === b.loss && a.trial < b.trial) ? a : b;
  }
}

/** That a study is over. @param position of the last entry that this is based on; undefined if a person says so */
export const closedFact = (
  reason: CloseReason,
  { best, position }: { readonly best: Best<unknown> | undefined; readonly position?: number },
): Closed => omitUndefined({ type: 'closed', reason, best: best && { trial: best.trial, values: best.values }, after: position });
