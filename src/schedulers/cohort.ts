import { insertSorted } from '../numeric/sorted.ts';
import type { Ended, TrialId } from '../strategy/messages.ts';
import type { Bracket } from './brackets.ts';
import { precedes, type RungResult } from './rungs.ts';
import type { Promotion } from './scheduler.ts';

/** The trials of a cohort at one rung. */
interface CohortRung {
  begun: number;
  ended: number;
  /** The best first; the first `promoted` of them were promoted. */
  readonly results: RungResult[];
  promoted: number;
}

/**
 * One run of a bracket, as synchronous successive halving (Jamieson & Talwalkar, AISTATS 2016): when all trials at a rung have ended, the best
 * 1/eta of them are promoted to the next budget. A failed or stopped trial comes behind all others.
 */
export class Cohort {
  readonly #bracket: Bracket;
  readonly #eta: number;
  readonly #rungs: readonly CohortRung[];
  readonly #rungOf = new Map<TrialId, number>();
  /** No configuration will be added. */
  #sealed = false;
  /** The next trial to resume: known until the cohort changes. */
  #promotion: { readonly next: Promotion | undefined } | undefined;

  constructor(bracket: Bracket, eta: number) {
    this.#bracket = bracket;
    this.#eta = eta;
    this.#rungs = bracket.budgets.map(() => ({ begun: 0, ended: 0, results: [], promoted: 0 }));
  }

  /** Whether another configuration may begin. */
  get hasRoom(): boolean {
    return !this.#sealed && this.#rungs[0]!.begun < this.#bracket.size;
  }

  /** Accepts no further configurations. */
  seal(): void {
    this.#sealed = true;
    this.#promotion = undefined;
  }

  begin(id: TrialId, rung = 0): void {
    this.#rungOf.set(id, rung);
    this.#rungs[rung]!.begun++;
    this.#promotion = undefined;
  }

  /** A trial of the cohort is resumed by another one. */
  promote(from: TrialId, id: TrialId): void {
    const rung = this.#rungOf.get(from);
    if (rung === undefined || rung + 1 >= this.#rungs.length) return;
    this.#rungs[rung]!.promoted++;
    this.begin(id, rung + 1);
  }

  /** @param counts whether the trial has a result that is compared */
  end(trial: Ended, counts: boolean): void {
    const rung = this.#rungOf.get(trial.id);
    if (rung === undefined) return;
    this.#rungs[rung]!.ended++;
    this.#promotion = undefined;
    if (counts) insertSorted(this.#rungs[rung]!.results, { trial, loss: trial.losses![0]! }, precedes);
  }

  /** The next trial to resume: at the highest rung that is complete and has not promoted all of its best. */
  promotion(): Promotion | undefined {
    this.#promotion ??= { next: this.#nextPromotion() };
    return this.#promotion.next;
  }

  #nextPromotion(): Promotion | undefined {
    for (let k = this.#rungs.length - 2; k >= 0; k--) {
      const { results, promoted } = this.#rungs[k]!;
      if (promoted < this.#places(k + 1) && this.#isComplete(k))
        return { trial: results[promoted]!.trial, budget: this.#bracket.budgets[k + 1]! };
    }
    return undefined;
  }

  #isComplete(k: number): boolean {
    const { begun, ended } = this.#rungs[k]!;
    if (ended < begun) return false;
    return k === 0 ? !this.hasRoom : this.#isComplete(k - 1) && begun === this.#places(k);
  }

  /** How many trials reach a rung. */
  #places(k: number): number {
    const { begun, results } = this.#rungs[k - 1]!;
    return Math.min(Math.max(1, Math.floor(begun / this.#eta)), results.length);
  }
}
