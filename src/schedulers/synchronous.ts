import { EquivalentTrials } from '../duplicates/equivalentTrials.ts';
import type { Env, StrategyEvent, Suggested } from '../messages.ts';
import type { Bracket } from './brackets.ts';
import { Cohort, type Promotion } from './cohort.ts';
import { resultOf, type Scheduler, Supply, type Turn } from './scheduler.ts';

/**
 * Brackets of synchronous successive halving one after the other, and over again (Li et al., JMLR 2018, algorithm 1). While the trials of a
 * level run, the next bracket begins, so that no trainer is idle.
 */
export class SynchronousBrackets implements Scheduler {
  readonly #brackets: readonly Bracket[];
  readonly #eta: number;
  readonly #trials: number | undefined;
  readonly #supply: Supply;
  readonly #twins: EquivalentTrials;
  /** By their numbers, in the order in which they began. */
  readonly #cohorts = new Map<number, Cohort>();
  #configurations = 0;
  #next = 0;

  constructor(brackets: readonly Bracket[], eta: number, env: Env) {
    this.#brackets = brackets;
    this.#eta = eta;
    this.#trials = env.trials;
    this.#supply = new Supply(env);
    this.#twins = new EquivalentTrials(env.axes);
  }

  tell(told: StrategyEvent, mark: string | undefined): void {
    const isTwin = this.#twins.take(told);
    if (told.type === 'suggested') this.#begin(told, mark);
    if (told.type === 'ended' && mark !== undefined) {
      this.#cohorts.get(Number(mark))?.end(told.id, isTwin ? undefined : resultOf(told));
    }
  }

  #begin(told: Suggested, mark: string | undefined): void {
    this.#supply.take(told);
    if (mark !== undefined) this.#join(told, Number(mark));
    if (told.resumes === undefined && told.by !== 'import') this.#configurations++;
    // No more will come: who is there goes on.
    for (const [number, cohort] of this.#cohorts) {
      if (cohort.hasRoom && (this.#configurations === this.#trials || !this.#supply.lasts(this.#bracket(number).budgets[0]!)))
        cohort.seal();
    }
  }

  #join({ id, resumes }: Suggested, number: number): void {
    const cohort = this.#cohorts.get(number) ?? new Cohort(this.#bracket(number), this.#eta);
    this.#cohorts.set(number, cohort);
    this.#next = Math.max(this.#next, number + 1);
    if (resumes === undefined) cohort.begin(id);
    else cohort.promote(resumes, id);
  }

  #bracket(number: number): Bracket {
    return this.#brackets[number % this.#brackets.length]!;
  }

  /** The oldest cohort that has something to do; or a new one. */
  turn(): Turn {
    const promotion = this.#promotion();
    if (promotion) return { type: 'promote', ...promotion };
    const number = this.#roomy() ?? this.#fresh();
    return { type: 'begin', budget: this.#bracket(number).budgets[0]!, mark: String(number) };
  }

  #promotion(): Promotion | undefined {
    for (const cohort of this.#cohorts.values()) {
      const promotion = cohort.promotion();
      if (promotion) return promotion;
    }
    return undefined;
  }

  #roomy(): number | undefined {
    for (const [number, { hasRoom }] of this.#cohorts) if (hasRoom) return number;
    return undefined;
  }

  /** The number of the next cohort; of those whose budget has no configurations left none begins. */
  #fresh(): number {
    for (let k = 0; k < this.#brackets.length; k++)
      if (this.#supply.lasts(this.#bracket(this.#next + k).budgets[0]!)) return this.#next + k;
    return this.#next;
  }
}
