import type { Values } from '../facts/facts.ts';
import type { Limits } from '../facts/limits.ts';
import type { Ended, TrialId } from '../strategy/messages.ts';

/**
 * The cost of trials, in the unit of steps and budgets: each trained step once. Steps that a lost run repeats are not counted, and a trial
 * without a step or a budget costs 1.
 */
export class Spending {
  readonly #reached = new Map<TrialId, number>();
  #total = 0;

  /** @returns what the trial has cost. */
  add({ id, outcome, budget, resumes, step }: Pick<Ended, 'id' | 'outcome' | 'budget' | 'resumes' | 'step'>): number {
    const whole = outcome === 'completed' ? (budget ?? step) : step;
    const end = whole ?? (budget === undefined ? 1 : 0);
    if (budget !== undefined) this.#reached.set(id, end);
    const start = resumes === undefined ? 0 : (this.#reached.get(resumes) ?? 0);
    const cost = Math.max(0, end - start);
    this.#total += cost;
    return cost;
  }

  get total(): number {
    return this.#total;
  }
}

/** The metrics whose sum has reached its limit. */
export const metricsSpent = ({ spend = {} }: Limits, sums: Values): string[] =>
  Object.entries(spend).flatMap(([name, most]) => ((sums[name] ?? 0) >= most ? [name] : []));
