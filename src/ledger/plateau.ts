import { type Ended, violates } from '../messages.ts';

/**
 * How many results in a row brought nothing better. Budgets are judged apart: a short training that is the best of the short ones is a gain,
 * though a long one did better. A trial that was stopped, or violates an outcome constraint, is a result that is not better; one that failed
 * is none.
 */
export class Plateau {
  readonly #improvement: number;
  readonly #lowest = new Map<number, number>();
  #length = 0;

  /** @param improvement by how much a loss must be lower than the lowest one to be better. */
  constructor(improvement = 0) {
    this.#improvement = improvement;
  }

  /** @param counts whether the trial makes the plateau longer or ends it; otherwise it is only what others are compared with. */
  add(ended: Ended, counts = true): void {
    const { outcome, losses, budget = Number.POSITIVE_INFINITY } = ended;
    if (outcome === 'failed') return;
    const lowest = this.#lowest.get(budget) ?? Number.POSITIVE_INFINITY;
    const [loss = Number.NaN] = losses ?? [];
    const better = outcome === 'completed' && !violates(ended) && loss < lowest - this.#improvement;
    if (better) this.#lowest.set(budget, loss);
    if (counts) this.#length = better ? 0 : this.#length + 1;
  }

  /** Begins to count anew; what the best results are stays known. */
  restart(): void {
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }
}
