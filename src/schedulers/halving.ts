import { type Agreement, type FirstRung, firstRung } from '../budgets/firstRung.ts';
import { type Configuration, RungResults } from '../budgets/rungResults.ts';
import { type Ended, type Env, type Reported, type StrategyEvent, type Suggested, violates } from '../messages.ts';
import { numberIn } from '../tags.ts';
import { type Bracket, nextBracket } from './brackets.ts';
import { type Member, Rung } from './rung.ts';
import { Supply } from './scheduler.ts';

export interface HalvingSettings {
  /** The budgets at which trials are compared, ascending; the last one is the full budget. */
  readonly rungs: readonly number[];
  /** One in `eta` goes on. */
  readonly eta: number;
  /** Whether trials pause at rungs and are resumed; otherwise they run on, and are stopped when they fall behind. */
  readonly pause: boolean;
  /** No comparison is made below this budget. Absent: learned. */
  readonly first?: number | undefined;
  /** Hyperband's brackets, the longest first: each compares its own configurations, from its lowest budget on. */
  readonly brackets?: readonly Bracket[] | undefined;
}

/** How the next configuration begins. */
export interface Start {
  readonly budget: number;
  /** Index of the first rung at which it is compared. It has to come back with the trial. */
  readonly from: number;
}

/** A trial that is to be resumed, up to a budget. */
export interface Promotion {
  readonly trial: Ended;
  readonly budget: number;
}

/**
 * So many configurations at first, and later one in so many, are not compared at the first rung that counts: they go on to the next one whatever
 * they come to, so that it is known how well the first one predicts.
 */
const CONTROLS = { first: 8, every: 24 };
/** The mark of a configuration that no bracket compares: it was suggested by others. */
const FOREIGN = -1;

/**
 * Asynchronous successive halving (Li et al., MLSys 2020), whose first rung is learned: comparisons begin at the lowest rung that predicts the
 * order at the next one, by Kendall's tau over configurations that were not selected there. It is decided again at each ask, from facts alone.
 *
 * Pausing, one in `eta` of the results at a rung is promoted, the best first; a rung whose share has gone on waits for more results. (The
 * paper promotes every trial that is in the best 1/eta when it arrives, which is most of them behind a model that improves.) Running on, a trial
 * is stopped unless it is in the best 1/eta of those that came to its rung so far, or the best of them.
 */
export class Halving {
  readonly #settings: HalvingSettings;
  readonly #name: string;
  readonly #results: RungResults;
  /** By the index of the configuration. */
  readonly #members: Member[] = [];
  /** Trials that wait where they are not compared. */
  readonly #passing = new Set<Member>();
  readonly #rungs: readonly Rung[];
  readonly #supply: Supply;
  /** Configurations begun, by the first rung at which they are compared. */
  readonly #begun: number[];
  #behind = false;

  constructor(settings: HalvingSettings, env: Env) {
    this.#settings = settings;
    this.#name = env.name;
    this.#results = new RungResults(env.axes, settings.rungs);
    this.#rungs = settings.rungs.map((budget, index) => new Rung(budget, index));
    this.#supply = new Supply(env);
    this.#begun = settings.rungs.map(() => 0);
  }

  tell(told: StrategyEvent): void {
    this.#behind = false;
    if (told.type === 'suggested') this.#supply.take(told);
    const isNew = told.type === 'reported' && this.#results.isNew(told);
    this.#results.take(told);
    const configuration = this.#results.of(told.id);
    if (configuration === undefined) return;
    if (told.type === 'suggested') return this.#send(configuration, told);
    const member = this.#members[configuration.index]!;
    if (told.type === 'ended') member.waiting = told.outcome === 'completed' && !violates(told) ? told : undefined;
    for (const rung of this.#rungs) rung.settle(member);
    this.#passing[member.waiting && configuration.counts && member.to < member.from ? 'add' : 'delete'](member);
    if (isNew) this.#behind = this.#fallsBehind(member, told);
  }

  #send(configuration: Configuration, { budget, by, tags }: Suggested): void {
    const { rungs, pause, brackets } = this.#settings;
    const to = this.#indexAt(budget ?? rungs.at(-1)!);
    const member = this.#members[configuration.index];
    if (member) {
      member.to = to;
      member.waiting = undefined;
      this.#passing.delete(member);
      return;
    }
    const tagged = numberIn(tags, this.#name) ?? Number.NaN;
    const foreign = brackets ? FOREIGN : pause ? to : 0;
    const from = rungs[tagged] === undefined ? foreign : tagged;
    this.#members.push({ configuration, from, to, stands: [] });
    if (from >= 0 && by !== 'queue' && by !== 'import') this.#begun[from]!++;
  }

  #indexAt(budget: number): number {
    return Math.max(
      0,
      this.#settings.rungs.findLastIndex((rung) => rung <= budget),
    );
  }

  /** How well each rung but the last predicts the next one. */
  get agreements(): readonly Agreement[] {
    return this.#rungs.slice(1).map((next) => next.agreement);
  }

  /** The first rung that counts. */
  get first(): FirstRung {
    const { rungs, first } = this.#settings;
    if (first === undefined) return firstRung(this.agreements);
    const index = rungs.findIndex((rung) => rung >= first);
    return { index, ...(this.agreements[index] ?? { tau: 1, pairs: 0 }) };
  }

  /** Whether the trial that has just reported should stop. */
  get behind(): boolean {
    return this.#behind;
  }

  start(): Start {
    const { rungs, pause, brackets, first: fixed } = this.#settings;
    const first = this.first.index;
    const full = rungs.at(-1)!;
    if (brackets) {
      const from = nextBracket(brackets, this.#begun, (bracket) => this.#isOpen(bracket, first)) ?? first;
      return { from, budget: pause ? rungs[from]! : full };
    }
    const begun = this.#begun.reduce((sum, count) => sum + count, 0);
    const isLearning = fixed === undefined && rungs.length > 1;
    const at = isLearning && begun < CONTROLS.first ? 0 : first; // the lowest rung gets its chance, whatever the first pairs say
    const isControl =
      isLearning && at < rungs.length - 1 && (begun < CONTROLS.first || (begun - CONTROLS.first + 1) % CONTROLS.every === 0);
    return { from: isControl ? at + 1 : at, budget: pause ? rungs[at]! : full };
  }

  /** Whether a bracket begins at a rung that counts, and there is a configuration left that was not tried there. */
  #isOpen({ budgets: [lowest] }: Bracket, first: number): boolean {
    return lowest! >= this.#settings.rungs[first]! && this.#supply.lasts(lowest!);
  }

  /** If trials pause, one to resume: one that is not compared where it waits, or the best of the highest rung that has one to promote. */
  promotion(): Promotion | undefined {
    const { rungs, eta, pause, brackets } = this.#settings;
    if (!pause) return undefined;
    for (const { waiting, to } of this.#passing) return { trial: waiting!, budget: rungs[to + 1]! };
    for (let k = rungs.length - 2; k >= this.first.index; k--) {
      for (const bracket of brackets ? rungs.keys() : [undefined]) {
        const best = this.#rungs[k]!.candidate(eta, bracket);
        if (best) return { trial: best.waiting!, budget: rungs[k + 1]! };
      }
    }
    return undefined;
  }

  #fallsBehind(member: Member, { step }: Reported): boolean {
    const { rungs, eta, pause, brackets } = this.#settings;
    const k = this.#indexAt(step);
    if (pause || k === rungs.length - 1 || member.from === FOREIGN) return false;
    if (!member.configuration.counts) return true;
    if (k < Math.max(member.from, this.first.index)) return false;
    return !this.#rungs[k]!.passes(member, eta, brackets ? member.from : undefined);
  }
}
