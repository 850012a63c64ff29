import { crowdedPlaces } from '../numeric/pareto/crowding.ts';
import { type Losses, orderOf } from '../numeric/pareto/pareto.ts';
import { EquivalentTrials } from '../samplers/duplicates/equivalentTrials.ts';
import type { Env } from '../strategy/env.ts';
import { type Ended, hasResult, numberIn, type StrategyEvent, type Suggested, type TrialId } from '../strategy/messages.ts';
import type { Bracket } from './brackets.ts';
import { type Beginning, type Promotion, RemainingConfigurations, type Scheduler } from './scheduler.ts';

/**
 * The scheduler of `successiveHalving`: one cohort after the other. While the trials at a rung run, the next cohort begins, so that no trainer is idle. If
 * no results at the lowest budget differ, no further configuration joins a cohort.
 */
export class Cohorts implements Scheduler {
  readonly isControlDue = false;
  readonly fellBehind = undefined;
  readonly notes = {};
  readonly #bracket: Bracket;
  readonly #eta: number;
  readonly #trials: number | undefined;
  readonly #name: string;
  readonly #remaining: RemainingConfigurations;
  readonly #equivalent: EquivalentTrials;
  /** By their numbers, in the order in which they began. */
  readonly #cohorts = new Map<number, Cohort>();
  /** The results at the lowest budget: how many, the first, and whether another one differs from it. */
  #seen: { readonly results: number; readonly first?: Losses; readonly differ: boolean } = { results: 0, differ: false };
  #configurations = 0;
  #next = 0;
  /** The next trial, cached until a trial begins or ends. */
  #choice: { readonly promotion: Promotion | undefined; readonly roomy: number | undefined } | undefined;

  constructor(bracket: Bracket, eta: number, env: Env) {
    this.#bracket = bracket;
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
    else this.#end(fact, !isTwin && hasResult(fact));
  }

  #end(trial: Ended, counts: boolean): void {
    const number = numberIn(trial.tags, this.#name) ?? -1;
    const cohort = this.#cohorts.get(number);
    cohort?.end(trial, counts);
    if (!counts || trial.budget === undefined) return;
    if (trial.budget === this.#lowest) {
      const { results, first = trial.losses!, differ } = this.#seen;
      this.#seen = { results: results + 1, first, differ: differ || orderOf(first, trial.losses!) !== 0 };
    }
    if (cohort && this.#isTied) cohort.seal();
  }

  /** Whether enough configurations have trained with the lowest budget to say that their results there do not differ. */
  get #isTied(): boolean {
    return this.#seen.results >= this.#eta && !this.#seen.differ;
  }

  #begin(fact: Suggested): void {
    this.#remaining.tell(fact);
    const number = numberIn(fact.tags, this.#name);
    if (number !== undefined) this.#join(fact, number);
    if (fact.resumes === undefined && fact.by !== 'import') this.#configurations++;
    // No more configurations will come: continue with those in the bracket.
    if (this.#configurations === this.#trials || !this.#remaining.lasts(this.#lowest))
      for (const cohort of this.#cohorts.values()) if (cohort.hasRoom) cohort.seal();
  }

  #join({ id, resumes }: Suggested, number: number): void {
    const cohort = this.#cohorts.get(number) ?? new Cohort(this.#bracket, this.#eta);
    this.#cohorts.set(number, cohort);
    this.#next = Math.max(this.#next, number + 1);
    if (resumes === undefined) cohort.begin(id);
    else cohort.promote(resumes, id);
  }

  get #lowest(): number {
    return this.#bracket.budgets[0]!;
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
    return { budget: this.#lowest, tag: this.#now.roomy ?? this.#next };
  }

  control(): Beginning {
    return this.fill();
  }

  /** The first configuration of the next cohort. */
  open(): Beginning {
    return { budget: this.#lowest, tag: this.#next };
  }
}

/** The trials of a cohort at one rung. */
interface CohortRung {
  begun: number;
  ended: number;
  readonly results: Ended[];
  /** How many of them, the best first, were promoted. */
  promoted: number;
}

/** Of equal results, that of the earlier trial is the better. */
function bestFirst(trials: readonly Ended[]): readonly Ended[] {
  const places = crowdedPlaces(trials.map(({ losses }) => losses!));
  return [...trials.keys()].sort((a, b) => places[a]! - places[b]! || trials[a]!.id - trials[b]!.id).map((i) => trials[i]!);
}

/**
 * One run of a bracket, as synchronous successive halving (Jamieson & Talwalkar, AISTATS 2016): when all trials at a rung have ended, the best
 * 1/eta of them are promoted to the next budget. A failed or stopped trial comes behind all others.
 */
class Cohort {
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
    if (counts) this.#rungs[rung]!.results.push(trial);
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
        return { trial: bestFirst(results)[promoted]!, budget: this.#bracket.budgets[k + 1]! };
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
