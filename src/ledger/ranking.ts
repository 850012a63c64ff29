import type { Closed, CloseReason, Params, Values } from '../facts/facts.ts';
import { lossOf, type Settings } from './settings.ts';
import type { OpenTrial } from './trial.ts';

/**
 * The trial with the lowest first loss among those completed at the highest budget. Trials that violate an outcome constraint are not ranked.
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

type Rank = Pick<Best, 'loss' | 'budget'>;

/** A higher budget matters more than a lower loss. */
export const better = (a: Rank, b: Rank | undefined): boolean =>
  b === undefined || a.budget > b.budget || (a.budget === b.budget && a.loss < b.loss);

/** Finds the best completed trial, and whether one reached the target. */
export class Ranking<P> {
  #best: Best<P> | undefined;
  #lowest = Number.POSITIVE_INFINITY;
  #target = Number.NEGATIVE_INFINITY;

  /** @param loss of the first objective. */
  add({ suggestion, proposal }: OpenTrial<P>, values: Values, loss: number): void {
    const { id: trial, budget = Number.POSITIVE_INFINITY } = proposal;
    const ranked: Best<P> = { trial, params: suggestion.params, values, loss, budget };
    if (better(ranked, this.#best)) this.#best = ranked;
    this.#lowest = Math.min(this.#lowest, loss);
  }

  aimAt({ limits, objectives }: Settings): void {
    this.#target = limits.target === undefined ? Number.NEGATIVE_INFINITY : lossOf(objectives[0]!, limits.target);
  }

  get best(): Best<P> | undefined {
    return this.#best;
  }
  /** Whether a result is at least as good as the target, at any budget. */
  get reached(): boolean {
    return this.#lowest <= this.#target;
  }
}

export const closedFact = (reason: CloseReason, best: Best<unknown> | undefined): Closed =>
  best ? { type: 'closed', reason, best: { trial: best.trial, values: best.values } } : { type: 'closed', reason };
