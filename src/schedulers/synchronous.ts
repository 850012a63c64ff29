import { EquivalentTrials } from '../samplers/duplicates/equivalentTrials.ts';
import type { Env } from '../strategy/env.ts';
import { type Ended, numberIn, type StrategyEvent, type Suggested, violates } from '../strategy/messages.ts';
import type { Bracket } from './brackets.ts';
import { Cohort } from './cohort.ts';
import { type Beginning, type Promotion, RemainingConfigurations, type Scheduler } from './scheduler.ts';

/** The losses at a budget. */
interface Seen {
  readonly results: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * The scheduler of `successiveHalving`, and of `hyperband` with one bracket after the other. Brackets begin again after the last (Li et al., JMLR 2018,
 * algorithm 1). While the trials at a rung run, the next bracket begins, so that no trainer is idle. At a budget at which no results differ, no further
 * configuration begins.
 */
export class SynchronousBrackets implements Scheduler {
  readonly isControlDue = false;
  readonly fellBehind = undefined;
  readonly notes = {};
  readonly #brackets: readonly Bracket[];
  readonly #eta: number;
  readonly #trials: number | undefined;
  readonly #name: string;
  readonly #remaining: RemainingConfigurations;
  readonly #equivalent: EquivalentTrials;
  /** By their numbers, in the order in which they began. */
  readonly #cohorts = new Map<number, Cohort>();
  readonly #seen = new Map<number, Seen>();
  #configurations = 0;
  #next = 0;
  /** The next trial, cached until a trial begins or ends. */
  #choice: { readonly promotion: Promotion | undefined; readonly roomy: number | undefined } | undefined;

  constructor(brackets: readonly Bracket[], eta: number, env: Env) {
    this.#brackets = brackets;
    this.#eta = eta;
    this.#trials = env.trials;
    this.#name = env.name;
    this.#remaining = new RemainingConfigurations(env);
    this.#equivalent = new EquivalentTrials();
  }

  tell(fact: StrategyEvent): void {
    const isTwin = this.#equivalent.tell(fact);
    if (fact.type === 'reported') return;
    this.#choice = undefined;
    if (fact.type === 'suggested') this.#begin(fact);
    else this.#end(fact, !isTwin && fact.outcome === 'completed' && !violates(fact));
  }

  #end(trial: Ended, counts: boolean): void {
    const number = numberIn(trial.tags, this.#name) ?? -1;
    const cohort = this.#cohorts.get(number);
    cohort?.end(trial, counts);
    if (!counts || trial.budget === undefined) return;
    const [loss] = trial.losses as [number];
    const { results, lowest, highest } = this.#seen.get(trial.budget) ?? { results: 0, lowest: loss, highest: loss };
    this.#seen.set(trial.budget, { results: results + 1, lowest: Math.min(lowest, loss), highest: Math.max(highest, loss) });
    if (cohort && this.#isTied(this.#lowest(number))) cohort.seal();
  }

  /** Whether enough configurations have trained with a budget to say that their results there do not differ. */
  #isTied(budget: number): boolean {
    const { results, lowest, highest } = this.#seen.get(budget) ?? { results: 0, lowest: 0, highest: 0 };
    return results >= this.#eta && lowest === highest;
  }

  #begin(fact: Suggested): void {
    this.#remaining.tell(fact);
    const number = numberIn(fact.tags, this.#name);
    if (number !== undefined) this.#join(fact, number);
    if (fact.resumes === undefined && fact.by !== 'import') this.#configurations++;
    // No more configurations will come: continue with those in the bracket.
    for (const [k, cohort] of this.#cohorts) {
      if (cohort.hasRoom && (this.#configurations === this.#trials || !this.#remaining.lasts(this.#lowest(k)))) cohort.seal();
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

  #lowest(number: number): number {
    return this.#bracket(number).budgets[0]!;
  }

  get #now() {
    this.#choice ??= { promotion: this.#firstPromotion(), roomy: this.#firstRoomy() };
    return this.#choice;
  }

  #firstPromotion(): Promotion | undefined {
    for (const cohort of this.#cohorts.values()) {
      const promotion = cohort.promotion();
      if (promotion) return promotion;
    }
    return undefined;
  }

  #firstRoomy(): number | undefined {
    for (const [number, { hasRoom }] of this.#cohorts) if (hasRoom) return number;
    return undefined;
  }

  /** The next trial to resume, of the oldest cohort that has one. */
  get promotion(): Promotion | undefined {
    return this.#now.promotion;
  }

  get isFull(): boolean {
    return this.#now.roomy === undefined;
  }

  /** A configuration of the oldest cohort that has room. */
  fill(): Beginning {
    const number = this.#now.roomy ?? this.#next;
    return { budget: this.#lowest(number), tag: number };
  }

  control(): Beginning {
    return this.fill();
  }

  /** The first configuration of the next cohort. A bracket whose lowest budget tells no configurations apart, or has none left, is left out. */
  open(): Beginning {
    const numbers = this.#brackets.map((_, k) => this.#next + k);
    const open = numbers.filter((k) => this.#remaining.lasts(this.#lowest(k)));
    const number = open.find((k) => !this.#isTied(this.#lowest(k))) ?? open[0] ?? this.#next;
    return { budget: this.#lowest(number), tag: number };
  }
}
