import type { Closed, CloseReason, Values } from '../facts/facts.ts';
import { lossOf, type Settings } from './settings.ts';
import type { OpenTrial } from './trial.ts';

/** The trial with the lowest first loss among those completed at the highest budget; those that violate an outcome constraint are not ranked. */
export interface Best {
  readonly trial: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly values: Values;
  readonly loss: number;
  /** Infinity where trials have no budget. */
  readonly budget: number;
}

/** A higher budget tells more than a lower loss. */
export const better = (a: Pick<Best, 'loss' | 'budget'>, b: Pick<Best, 'loss' | 'budget'> | undefined): boolean =>
  b === undefined || a.budget > b.budget || (a.budget === b.budget && a.loss < b.loss);

/** Which completed trial is the best, and whether one was good enough. */
export class Ranking {
  #best: Best | undefined;
  #lowest = Number.POSITIVE_INFINITY;
  #target = Number.NEGATIVE_INFINITY;

  /** @param loss of the first objective. */
  add({ suggestion, proposal }: OpenTrial, values: Values, loss: number): void {
    const { id: trial, budget = Number.POSITIVE_INFINITY } = proposal;
    const ranked: Best = { trial, params: suggestion.params, values, loss, budget };
    if (better(ranked, this.#best)) this.#best = ranked;
    this.#lowest = Math.min(this.#lowest, loss);
  }

  aimAt({ limits, objectives }: Settings): void {
    this.#target = limits.target === undefined ? Number.NEGATIVE_INFINITY : lossOf(objectives[0]!, limits.target);
  }

  get best(): Best | undefined {
    return this.#best;
  }
  /** Whether a result, at whatever budget, is as good as the target. */
  get reached(): boolean {
    return this.#lowest <= this.#target;
  }
}

export const closedFact = (reason: CloseReason, best: Best | undefined): Closed =>
  best ? { type: 'closed', reason, best: { trial: best.trial, values: best.values } } : { type: 'closed', reason };
