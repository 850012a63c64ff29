import { type Observable, ReplaySubject } from 'rxjs';
import type { ObjectiveSpec } from '../../src/facts/facts.ts';
import { type Recommendation, recommendation } from '../../src/insight/recommendation/recommendation.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Space } from '../../src/space/space.ts';
import { type CompletedRow, type TrialRow, TrialRows } from '../../src/study/trials.ts';
import { bestRows } from './observe.ts';
import { frontAmong } from './pareto.ts';

/** The results of a study so far. */
export class StudyResults<P> {
  readonly #space: Space<P>;
  readonly #rows = new TrialRows<P>();
  readonly #betterOf = bestRows<P>();
  readonly #bests = new ReplaySubject<CompletedRow<P>>(1);
  #best: CompletedRow<P> | undefined;

  constructor(space: Space<P>) {
    this.#space = space;
  }

  apply(applied: AppliedEntry<P>): void {
    const row = this.#rows.apply(applied);
    if (row?.status === 'retracted' && row.trial === this.#best?.trial) this.#best = undefined;
    for (const better of this.#betterOf(applied)) {
      this.#best = better;
      this.#bests.next(better);
    }
  }

  end(how: { readonly error?: unknown }): void {
    'error' in how ? this.#bests.error(how.error) : this.#bests.complete();
  }

  get best(): CompletedRow<P> | undefined {
    return this.#best;
  }

  /** Emits the best trial, and each one that replaces it. */
  get bests(): Observable<CompletedRow<P>> {
    return this.#bests.asObservable();
  }

  get trials(): readonly TrialRow<P>[] {
    return Array.from(this.#rows, (row) => ({ ...row }));
  }

  front(objectives: readonly ObjectiveSpec[]): readonly CompletedRow<P>[] {
    return frontAmong(this.#rows, objectives);
  }

  /** @throws RangeError if the study has several objectives */
  recommend([objective, ...more]: readonly ObjectiveSpec[]): Recommendation<P> | undefined {
    if (more.length > 0) throw new RangeError('recommend: expected a study with one objective; with several, choose from pareto()');
    return recommendation(this.#space, objective!, this.#rows);
  }
}
