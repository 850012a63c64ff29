import type { Changed, FailedFact, SuggestedFact } from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { TrialId } from '../strategy/messages.ts';
import { refuse } from './claim.ts';
import { Failures } from './failures.ts';
import type { Settings } from './settings.ts';

/** Promotions and imports do not begin a configuration. */
const isConfiguration = ({ by, resumes }: SuggestedFact<unknown>): boolean => by !== 'import' && resumes === undefined;

/** Counts the configurations that a study has tried, as its limit of trials does. */
export class Configurations {
  #count = 0;
  /** The failed trials, and which of them count. */
  readonly #failed = new Map<TrialId, boolean>();
  readonly failures = new Failures();

  begin(suggestion: SuggestedFact<unknown>): void {
    if (isConfiguration(suggestion)) this.#count++;
  }

  /** @param fact what made the trial fail, if that was its trainer */
  fail(suggestion: SuggestedFact<unknown>, fact?: FailedFact): void {
    const { trial } = suggestion;
    this.#failed.set(trial, isConfiguration(suggestion));
    if (fact) this.failures.failed(fact);
  }

  /** Leaves failed trials out of the count. Other trials still count. */
  change({ paused, uncounted = [], by }: Changed): void {
    for (const trial of uncounted) {
      if (!this.#failed.get(trial)) continue;
      this.#failed.set(trial, false);
      this.#count--;
    }
    if (paused === false) this.failures.resumed(by === undefined);
  }

  /** The change that a study needs: a pause when its program is broken, and the end of that pause if a trial has a result after all. */
  due({ paused, noResult }: Settings): Changed | undefined {
    const { broken } = this.failures;
    if (!broken) return noResult ? { type: 'changed', paused: false } : undefined;
    const more = this.#leavingOut();
    return !paused || (noResult && more) ? { type: 'changed', paused: true, why: 'no-result', ...more } : undefined;
  }

  /** What the program changes when it begins again after such a pause: it may have been corrected. */
  triedAgain({ noResult }: Settings): Pick<Changed, 'paused' | 'uncounted'> | undefined {
    return noResult ? { paused: false, ...this.#leavingOut() } : undefined;
  }

  /** Leaves out the failures of the broken program that still count. */
  #leavingOut(): Pick<Changed, 'uncounted'> | undefined {
    const uncounted = this.failures.broken?.filter((trial) => this.#failed.get(trial)) ?? [];
    return uncounted.length > 0 ? { uncounted } : undefined;
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
