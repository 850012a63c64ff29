import type { TrialId } from '../messages.ts';
import { insertSorted } from '../numeric/sorted.ts';
import type { Bracket } from './brackets.ts';
import { precedes, type Standing } from './rungResult.ts';

/** The trials of a cohort at one budget. */
interface Level {
  begun: number;
  ended: number;
  /** Those with a result, the best first; the first `promoted` of them have gone on. */
  readonly results: Standing[];
  promoted: number;
}

/** A trial and the budget that it may go on to. */
export interface Promotion {
  readonly standing: Standing;
  readonly budget: number;
}

/**
 * One run of a bracket, as synchronous successive halving (Jamieson & Talwalkar, AISTATS 2016): when all trials of a level have ended, the
 * best 1/eta of them go on to the next budget. One that failed or was stopped stands behind all others.
 */
export class Cohort {
  readonly #bracket: Bracket;
  readonly #eta: number;
  readonly #levels: readonly Level[];
  readonly #levelOf = new Map<TrialId, number>();
  /** No configuration will be added. */
  #sealed = false;

  constructor(bracket: Bracket, eta: number) {
    this.#bracket = bracket;
    this.#eta = eta;
    this.#levels = bracket.budgets.map(() => ({ begun: 0, ended: 0, results: [], promoted: 0 }));
  }

  /** Whether it wants another configuration. */
  get hasRoom(): boolean {
    return !this.#sealed && this.#levels[0]!.begun < this.#bracket.size;
  }

  /** It goes on with the configurations that it has. */
  seal(): void {
    this.#sealed = true;
  }

  begin(id: TrialId, level = 0): void {
    this.#levelOf.set(id, level);
    this.#levels[level]!.begun++;
  }

  /** A trial of the cohort goes on as another one. */
  promote(from: TrialId, id: TrialId): void {
    const level = this.#levelOf.get(from);
    if (level === undefined || level + 1 >= this.#levels.length) return;
    this.#levels[level]!.promoted++;
    this.begin(id, level + 1);
  }

  /** @param standing absent where it has no result. */
  end(id: TrialId, standing?: Standing): void {
    const level = this.#levelOf.get(id);
    if (level === undefined) return;
    this.#levels[level]!.ended++;
    if (standing) insertSorted(this.#levels[level]!.results, standing, precedes);
  }

  /** Who goes on next: from the highest level that is complete and has not sent all of its best on. */
  promotion(): Promotion | undefined {
    for (let k = this.#levels.length - 2; k >= 0; k--) {
      const { results, promoted } = this.#levels[k]!;
      if (promoted < this.#places(k + 1) && this.#isComplete(k))
        return { standing: results[promoted]!, budget: this.#bracket.budgets[k + 1]! };
    }
    return undefined;
  }

  #isComplete(k: number): boolean {
    const { begun, ended } = this.#levels[k]!;
    if (ended < begun) return false;
    return k === 0 ? !this.hasRoom : this.#isComplete(k - 1) && begun === this.#places(k);
  }

  /** How many come to a level. */
  #places(k: number): number {
    const { begun, results } = this.#levels[k - 1]!;
    return Math.min(Math.max(1, Math.floor(begun / this.#eta)), results.length);
  }
}
