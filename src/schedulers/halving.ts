import { type Agreement, type FirstRung, firstRung } from '../samplers/budgets/firstRung.ts';
import { type ComparedConfiguration, RungResults } from '../samplers/budgets/rungResults.ts';
import { EquivalentTrials } from '../samplers/duplicates/equivalentTrials.ts';
import type { Env } from '../strategy/env.ts';
import {
  type Ended,
  hasResult,
  numberIn,
  type Reported,
  type StrategyEvent,
  type Suggested,
  type Tags,
  violates,
} from '../strategy/messages.ts';
import { type Bracket, nextBracket, sharesOf } from './brackets.ts';
import { Controls } from './controls.ts';
import { RemainingConfigurations } from './remaining.ts';
import { type Member, Rung } from './rung.ts';
import { behindAtRung, valuesText } from './stopReasons.ts';

export interface HalvingSettings {
  /** The budgets at which trials are compared, ascending; the last one is the full budget. */
  readonly rungs: readonly number[];
  /** One in `eta` is promoted. */
  readonly eta: number;
  /** Whether trials pause at rungs and are resumed; otherwise they continue, and are stopped when they fall behind. */
  readonly pause: boolean;
  /** No comparison is made below this budget. Absent: learned. */
  readonly first?: number | undefined;
  /** Hyperband's brackets, the longest first: each compares its own configurations, from its lowest budget on. */
  readonly brackets?: readonly Bracket[] | undefined;
}

/** How the next configuration begins. */
export interface Beginning {
  readonly budget: number;
  /** The state by which the trial is recognised: the first rung at which it is compared, or its bracket. */
  readonly tag: number;
}

/** A trial to resume, up to a budget. */
export interface Promotion {
  readonly trial: Ended;
  readonly budget: number;
}

/** A study has few trials if fewer than this many of them would train to the end: then it may be that none does. */
const FEW_FULL_TRIALS = 2;

/** Stands for the first rung of a configuration that no bracket compares, since another stage suggested it. */
const FOREIGN = -1;

/**
 * The scheduler of `asha`, and of `hyperband` with brackets that fill at the same time. It is asynchronous successive halving (Li et al., MLSys 2020),
 * whose first rung is learned: comparisons begin at the lowest rung that predicts the order at the next one, by Kendall's tau over configurations that
 * were not selected there. It is decided again at each ask, from facts alone.
 *
 * If trials pause, one in `eta` of the results at a rung is promoted, the best first; a rung that has promoted its share waits for more results. (The
 * paper promotes every trial that is in the best 1/eta when it arrives, which is most of them behind a model that improves.) If trials continue, a
 * trial is stopped if as many are strictly better as may continue: one in `eta` of those that reached its rung so far. A rung at which no results
 * differ predicts nothing.
 */
export class Halving {
  readonly #settings: HalvingSettings;
  readonly #env: Env;
  readonly #results: RungResults;
  readonly #twins = new EquivalentTrials();
  /** By the index of the configuration. */
  readonly #members: Member[] = [];
  readonly #controls: Controls;
  /** Trials that wait where they are not compared. */
  readonly #passing = new Set<Member>();
  readonly #rungs: readonly Rung[];
  readonly #remaining: RemainingConfigurations;
  /** Configurations begun, by the first rung at which they are compared. */
  readonly #begun: number[];
  #beginnings = 0;
  #fellBehind: string | undefined;
  /** The state computed from the facts so far, when it is first needed. */
  #first: FirstRung | undefined;
  #promotion: { readonly next: Promotion | undefined } | undefined;

  constructor(settings: HalvingSettings, env: Env) {
    this.#settings = settings;
    this.#env = env;
    this.#results = new RungResults({ ...env, rungs: settings.rungs });
    this.#rungs = settings.rungs.map((budget, index) => new Rung(budget, index, settings.brackets !== undefined));
    this.#controls = new Controls(settings.pause);
    this.#remaining = new RemainingConfigurations(env);
    this.#begun = settings.rungs.map(() => 0);
  }

  tell(fact: StrategyEvent): void {
    this.#fellBehind = undefined;
    this.#first = undefined;
    this.#promotion = undefined;
    if (fact.type === 'suggested') this.#remaining.tell(fact);
    const isNew = fact.type === 'reported' && this.#results.isNew(fact);
    const isTwin = !(fact.type === 'ended' && violates(fact)) && this.#twins.tell(fact);
    this.#results.tell(fact);
    const configuration = this.#results.of(fact.id);
    if (configuration === undefined) return;
    if (fact.type === 'suggested') return this.#send(configuration, fact);
    const member = this.#members[configuration.index]!;
    if (fact.losses !== undefined) member.counts = !isTwin;
    if (fact.type === 'ended') member.ended = true;
    if (fact.type === 'ended') member.waiting = hasResult(fact) ? fact : undefined;
    for (const rung of this.#rungs) rung.settle(member);
    this.#pass(member);
    this.#controls.review(member);
    this.#raiseControls();
    if (isNew) this.#fellBehind = this.#whyBehind(member, fact);
  }

  #raiseControls(): void {
    if (this.#controlled === undefined) return;
    for (const member of this.#controls.raise(this.#controlled)) {
      for (const rung of this.#rungs) rung.settle(member);
      this.#pass(member);
    }
  }

  /** Whether a trial waits to be resumed where it is not compared. */
  #pass(member: Member): void {
    const { waiting, counts, to, from } = member;
    this.#passing[waiting && counts && to < from ? 'add' : 'delete'](member);
  }

  #send(configuration: ComparedConfiguration, { budget, by, tags }: Suggested): void {
    const { rungs, pause, brackets } = this.#settings;
    const to = this.#indexAt(budget ?? rungs.at(-1)!);
    const member = this.#members[configuration.index];
    if (member) {
      member.to = to;
      member.ended = false;
      member.waiting = undefined;
      this.#passing.delete(member);
      for (const rung of this.#rungs) rung.settle(member);
      this.#controls.review(member);
      return;
    }
    const tagged = numberIn(tags, this.#env.name) ?? Number.NaN;
    const foreign = brackets ? FOREIGN : pause ? to : 0;
    const from = rungs[tagged] === undefined ? foreign : tagged;
    const enqueued = by === 'queue';
    const begun: Member = {
      configuration,
      counts: true,
      from,
      enqueued,
      to,
      ended: false,
      waiting: undefined,
      stands: new Array(rungs.length),
    };
    this.#members.push(begun);
    if (from < 0 || enqueued || by === 'import') return;
    if (from === tagged && from > this.first.index) this.#controls.add(begun);
    this.#begun[from]!++;
    this.#beginnings++;
  }

  #indexAt(budget: number): number {
    return Math.max(
      0,
      this.#settings.rungs.findLastIndex((rung) => rung <= budget),
    );
  }

  /** How well each rung but the last predicts the next one. */
  get agreements(): readonly Agreement[] {
    return this.#rungs.slice(1).map((next, k) => {
      const { isTied, size } = this.#rungs[k]!;
      return isTied ? { tau: 0, pairs: size, isTied } : next.agreement;
    });
  }

  /** The first rung that counts. */
  get first(): FirstRung {
    this.#first ??= this.#findFirst();
    return this.#first;
  }

  #findFirst(): FirstRung {
    const { rungs, first } = this.#settings;
    if (first === undefined) return firstRung(this.agreements);
    const index = rungs.findIndex((rung) => rung >= first);
    return { index, ...(this.agreements[index] ?? { tau: 1, pairs: 0 }) };
  }

  /** Why the trial that just reported should stop; undefined if it should not. */
  get fellBehind(): string | undefined {
    return this.#fellBehind;
  }

  /** Whether the next configuration is a control: the first rung that counts has too few, or it is one of those that later check it. */
  get isControlDue(): boolean {
    if (this.#controlled !== undefined && this.#controls.lacking) return true;
    return this.#learnsFirst && this.first.index < this.#rungs.length - 1 && this.#controls.isDue(this.#beginnings + 1);
  }

  /** The first rung that counts, if it needs controls: above the lowest, they must not train with the full budget. */
  get #controlled(): number | undefined {
    if (!this.#learnsFirst) return undefined;
    const { index } = this.first;
    return index === 0 || index < this.#rungs.length - 2 ? index : undefined;
  }

  get #learnsFirst(): boolean {
    const { rungs, brackets, first } = this.#settings;
    return first === undefined && brackets === undefined && rungs.length > 1;
  }

  #beginning(at: number, from = at): Beginning {
    const { rungs, pause } = this.#settings;
    return { budget: pause ? rungs[at]! : rungs.at(-1)!, tag: from };
  }

  /** A configuration that is not compared at the first rung that counts. */
  control(): Beginning {
    const { index } = this.first;
    return this.#beginning(index, index + 1);
  }

  /** The next configuration, at the first rung that counts or in the bracket that lacks the most. */
  fill(): Beginning {
    const { brackets } = this.#settings;
    const first = this.first.index;
    if (brackets) {
      const shares = sharesOf(this.agreements, first);
      return this.#beginning(nextBracket(brackets, this.#begun, shares, (bracket) => this.#isOpen(bracket, first)) ?? first);
    }
    return this.#beginning(first);
  }

  /** Whether a bracket begins at a rung that counts, and there is a configuration left that was not tried there. */
  #isOpen({ budgets: [lowest] }: Bracket, first: number): boolean {
    return lowest! >= this.#settings.rungs[first]! && this.#remaining.lasts(lowest!);
  }

  /** If trials pause, one to resume: one that is not compared where it waits, or the best of the highest rung that has one to promote. */
  get promotion(): Promotion | undefined {
    this.#promotion ??= { next: this.#nextPromotion() };
    return this.#promotion.next;
  }

  #nextPromotion(): Promotion | undefined {
    const { rungs, eta, pause, brackets } = this.#settings;
    if (!pause) return undefined;
    for (const { waiting, to } of this.#passing) return { trial: waiting!, budget: rungs[to + 1]! };
    for (let k = rungs.length - 2; k >= this.first.index; k--) {
      for (let bracket = 0; bracket < (brackets ? rungs.length : 1); bracket++) {
        const best = this.#rungs[k]!.candidate(eta, bracket);
        if (best) return { trial: best.waiting!, budget: rungs[k + 1]! };
      }
    }
    return undefined;
  }

  #whyBehind(member: Member, { step }: Reported): string | undefined {
    const { rungs, eta, pause } = this.#settings;
    const k = this.#indexAt(step);
    if (pause || k === rungs.length - 1 || member.from === FOREIGN) return undefined;
    if (k < Math.max(member.from, this.first.index)) return undefined;
    const rung = this.#rungs[k]!;
    const standing = rung.standing(member, eta, member.enqueued || this.#mayLead(k));
    if (standing.place > standing.places)
      return behindAtRung(valuesText(this.#env, member.configuration.losses.get(rungs[k]!)!), rungs[k]!, standing);
    rung.pass(member);
    return undefined;
  }

  /**
   * Whether the best of a few configurations continues beyond a rung. The first ones would otherwise all train to the end: each is the best so far.
   * So it does once the study has trained for as many steps as lie before the next rung, and always if no results differ there, in a study of a few
   * trials, or if a person enqueued it.
   */
  #mayLead(k: number): boolean {
    const { rungs } = this.#settings;
    const { trials = Number.POSITIVE_INFINITY } = this.#env;
    if (this.#rungs[k]!.isTied || trials * rungs[0]! < FEW_FULL_TRIALS * rungs.at(-1)!) return true;
    const trained = this.#rungs.reduce((sum, { size, budget }, i) => sum + size * (budget - (rungs[i - 1] ?? 0)), 0);
    return trained >= rungs[k + 1]! - rungs[k]!;
  }

  /** Which rung counts, how well it predicts the next one, and how badly those below it do. */
  get notes(): Tags {
    const { rungs, first: fixed } = this.#settings;
    const { index } = this.first;
    if (rungs.length < 2) return {};
    if (fixed !== undefined) return { 'first rung': `${rungs[index]}, as the option first says` };
    const reasons = this.agreements.slice(0, index + 1).map(({ tau, pairs, isTied }, k) => {
      if (isTied) return `all ${pairs} results at ${rungs[k]} are equal`;
      return pairs < 8 // the order of fewer is often right by chance
        ? `too few trials have reached ${rungs[k + 1]} to say whether ${rungs[k]} predicts their order`
        : `${rungs[k]} predicts the order at ${rungs[k + 1]} with a Kendall's tau of ${tau.toFixed(2)} (${pairs} configurations)`;
    });
    return { 'first rung': `${rungs[index]}: ${reasons.join('; ')}` };
  }
}
