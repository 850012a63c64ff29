import type { SuggestedFact } from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { TrialId } from '../strategy/messages.ts';
import { refuse } from './claim.ts';

/** Promotions and imports do not begin a configuration. */
const isConfiguration = ({ by, resumes }: SuggestedFact<unknown>): boolean => by !== 'import' && resumes === undefined;

/** Counts the configurations that a study has tried, as its limit of trials does. */
export class Configurations {
  #count = 0;
  /** The failed trials, and which of them count. */
  readonly #failed = new Map<TrialId, boolean>();

  begin(suggestion: SuggestedFact<unknown>): void {
    if (isConfiguration(suggestion)) this.#count++;
  }

  fail(suggestion: SuggestedFact<unknown>): void {
    this.#failed.set(suggestion.trial, isConfiguration(suggestion));
  }

  /** Leaves failed trials out of the count. Other trials still count. */
  uncount(trials: readonly TrialId[]): void {
    for (const trial of trials) {
      if (!this.#failed.get(trial)) continue;
      this.#failed.set(trial, false);
      this.#count--;
    }
  }

  /** Why trials cannot be left out of the count. */
  refuses(trials: readonly TrialId[]): Refusal | undefined {
    const other = trials.find((trial) => !this.#failed.has(trial));
    return other === undefined ? undefined : refuse('bad-field', `uncounted: expected trials that failed, got ${other}`);
  }

  get count(): number {
    return this.#count;
  }
}
