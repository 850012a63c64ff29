import type { Tags, TrialId } from '../messages.ts';
import { insertSorted, rankOf } from '../numeric/sorted.ts';
import type { Point } from '../space/axis.ts';

/** A result at a rung, with what its promotion takes along. */
export interface Standing {
  readonly id: TrialId;
  readonly loss: number;
  readonly point: Point;
  readonly tags?: Tags;
}

/** Equal losses stand in the order of their trials: the earlier one is the better. */
export const precedes = (a: Standing, b: Standing): boolean => a.loss < b.loss || (a.loss === b.loss && a.id < b.id);

/** A rung of asynchronous successive halving (Li et al., MLSys 2020, algorithm 2): the results at one budget, and which of them went on. */
export class Rung {
  readonly budget: number;
  readonly #waiting: Standing[] = [];
  readonly #promoted: Standing[] = [];

  constructor(budget: number) {
    this.budget = budget;
  }

  add(standing: Standing): void {
    insertSorted(this.#waiting, standing, precedes);
  }

  /** The trial has gone on. */
  promote(id: TrialId): void {
    const i = this.#waiting.findIndex((standing) => standing.id === id);
    if (i < 0) return;
    const [standing] = this.#waiting.splice(i, 1);
    insertSorted(this.#promoted, standing!, precedes);
  }

  /** The best that has not gone on yet, if it is in the best 1/eta of all. */
  candidate(eta: number): Standing | undefined {
    const [best] = this.#waiting;
    return best && this.#isTop(best, eta) ? best : undefined;
  }

  /**
   * Takes in how a trial stands that has just come here, and says whether it may go on: in the best 1/eta of those that came so far, or
   * among the first, who have too few to be compared with.
   */
  passes(standing: Standing, eta: number): boolean {
    this.add(standing);
    return this.#waiting.length < eta || rankOf(this.#waiting, standing, precedes) <= Math.floor(this.#waiting.length / eta);
  }

  #isTop(best: Standing, eta: number): boolean {
    const total = this.#waiting.length + this.#promoted.length;
    return rankOf(this.#promoted, best, precedes) < Math.floor(total / eta);
  }
}
