import { bestOf, type Losses } from '../../numeric/pareto/domination.ts';
import { type Point, samePoint } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import { type Ended, isWhole, type Reported, type StrategyEvent, type Suggested, type TrialId, violates } from '../../strategy/messages.ts';

/** A configuration: a trial and those that resume it. */
export interface ComparedConfiguration {
  readonly index: number;
  readonly point: Point;
  /** Its losses, by budget. */
  readonly losses: ReadonlyMap<number, Losses>;
  /** The highest of these budgets; 0 without one. */
  readonly top: number;
}

interface Growing extends ComparedConfiguration {
  losses: Map<number, Losses>;
  top: number;
  /** The best of its losses so far. */
  best: Losses | undefined;
  /** The highest budget at which one of its trials completed. */
  completed: number;
}

/**
 * The losses of each configuration at the budgets at which configurations are compared: the rungs of a scheduler or, without one, the powers of 3.
 * Running trials count too: the first report at or above a rung is the result at that rung or, if a trial is judged by its best report, the best one until
 * then. A completed trial counts at its budget. In a study of examples, only the estimate at the end counts. Results of infeasible trials and failed runs do not count.
 */
export class RungResults {
  readonly configurations: readonly ComparedConfiguration[];
  readonly #all: Growing[] = [];
  readonly #counted: Growing[] = [];
  /** The numbers of trials have no gaps. */
  readonly #byTrial: (Growing | undefined)[] = [];
  readonly #rungs: readonly number[] | undefined;
  readonly #byBest: boolean;
  /** The budgets at which trials ended. */
  readonly #ends = new Set<number>();

  constructor({ rungs, result }: { readonly rungs?: readonly number[] | undefined; readonly result?: Env['result'] } = {}) {
    this.configurations = this.#all;
    this.#rungs = rungs;
    this.#byBest = result === 'best';
  }

  /** Whether trials ended at different budgets. */
  get differ(): boolean {
    return this.#ends.size > 1;
  }

  /** The configurations with results that count, in the order of their first results. */
  get counted(): readonly ComparedConfiguration[] {
    return this.#counted;
  }

  of(id: TrialId): ComparedConfiguration | undefined {
    return this.#byTrial[id];
  }

  /** The highest rung that a step has reached; undefined below the first. */
  rungAt(step: number): number | undefined {
    return this.#rungs ? this.#rungs.findLast((rung) => rung <= step) : powerOf3(step);
  }

  /** Whether a report is the first of its configuration at a rung, or the best if that counts. Other reports may be left out. */
  isNew({ id, step, losses, results }: Reported): boolean {
    if (results) return false;
    const rung = this.rungAt(step);
    const configuration = this.#byTrial[id];
    if (configuration === undefined) return false;
    return (rung !== undefined && !configuration.losses.has(rung)) || (this.#byBest && bestOf(configuration.best, losses) === losses);
  }

  tell(fact: StrategyEvent): void {
    if (fact.type === 'suggested') return this.#begin(fact);
    const configuration = this.#byTrial[fact.id];
    if (configuration === undefined) return;
    if (fact.type === 'ended') return this.#end(configuration, fact);
    if (fact.results) return; // a mean of some examples: its estimate follows at the end
    const rung = this.rungAt(fact.step);
    configuration.best = bestOf(configuration.best, fact.losses);
    if (rung !== undefined && !configuration.losses.has(rung)) this.#note(configuration, rung, fact.losses);
  }

  #begin({ id, point, resumes }: Suggested): void {
    const parent = resumes === undefined ? undefined : this.#byTrial[resumes];
    if (parent && samePoint(parent.point, point)) {
      this.#byTrial[id] = parent;
      return;
    }
    const configuration = { index: this.#all.length, point, losses: new Map(), top: 0, best: undefined, completed: 0 };
    this.#all.push(configuration);
    this.#byTrial[id] = configuration;
  }

  #end(configuration: Growing, ended: Ended): void {
    const { outcome, losses, step, budget = Number.POSITIVE_INFINITY } = ended;
    if (outcome === 'failed' || violates(ended)) return this.#forget(configuration);
    if (isWhole(ended)) {
      const at = this.#rungs ? (this.rungAt(budget) ?? budget) : budget;
      configuration.completed = Math.max(configuration.completed, at);
      this.#ends.add(at);
      if (at === budget || !configuration.losses.has(at)) this.#note(configuration, at, losses!);
      return;
    }
    const rung = step === undefined ? undefined : this.rungAt(step);
    this.#ends.add(rung ?? 0);
    if (rung !== undefined && losses && !configuration.losses.has(rung)) this.#note(configuration, rung, losses);
  }

  #note(configuration: Growing, budget: number, losses: Losses): void {
    if (configuration.losses.size === 0) this.#counted.push(configuration);
    configuration.best = bestOf(configuration.best, losses);
    configuration.losses.set(budget, this.#byBest ? configuration.best : losses);
    configuration.top = Math.max(configuration.top, budget);
  }

  /** Removes the reports of a failed or infeasible run, but keeps the results of completed ones. */
  #forget(configuration: Growing): void {
    for (const budget of [...configuration.losses.keys()]) if (budget > configuration.completed) configuration.losses.delete(budget);
    configuration.top = Math.max(0, ...configuration.losses.keys());
    configuration.best = configuration.losses.get(configuration.top);
    if (configuration.losses.size === 0) this.#uncount(configuration);
  }

  #uncount(configuration: Growing): void {
    const at = this.#counted.indexOf(configuration);
    if (at >= 0) this.#counted.splice(at, 1);
  }
}

/** The highest power of 3 up to a step, by multiplication, so that it is exact. */
function powerOf3(step: number): number | undefined {
  if (!(step > 0 && step < Number.POSITIVE_INFINITY)) return undefined;
  let power = 1;
  while (power > step) power /= 3;
  while (power * 3 <= step) power *= 3;
  return power;
}
