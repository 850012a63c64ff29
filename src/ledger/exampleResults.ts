import { NO_SPREAD, pooled, type Spread, varianceOf, varianceOfMean } from '../numeric/spread.ts';
import { type Ended, type ExampleResult, type Proposal, type Suggested, type TrialId, violation } from '../strategy/messages.ts';
import { differencesByExample, meanDifference, type PairedDifference, varianceOfDifference } from './difference.ts';

/** A configuration with its results: those of a trial and of all that continue it. */
export interface Evaluated {
  /** The end of the last of these trials that has ended with a result. */
  readonly ended: Ended | undefined;
  /** Losses and outcome constraints by the place of the example. */
  readonly results: ReadonlyMap<number, readonly number[]>;
  /** By objective, and then by constraint: the sums of the results, and their squared distances to the mean. */
  readonly sums: readonly number[];
  readonly squares: readonly number[];
}
interface Growing extends Evaluated {
  ended: Ended | undefined;
  /** Whether it has had all examples of one of its trials, so that it may lead. */
  isWhole: boolean;
  readonly results: Map<number, readonly number[]>;
  readonly sums: number[];
  readonly squares: number[];
}

/** The means of a configuration, and the standard errors of the losses as estimates of the means over all examples. */
export interface Estimate {
  readonly losses: readonly number[];
  /** Absent while too little is known about the spread. */
  readonly stderr?: readonly number[];
  /** Absent if its results have no outcome constraints. */
  readonly constraints?: readonly number[];
}

/**
 * The results of a study on examples: which configuration had which result on which example, and which configurations lead. It only grows: a fold over
 * the facts about trials, which the ledger and `race` make in the same way.
 */
export class ExampleResults {
  /** How many examples there are. */
  readonly count: number;
  /** How many of the numbers of a result are losses. The others are outcome constraints. */
  readonly #objectives: number;
  readonly #byTrial = new Map<TrialId, Growing>();
  #leaders: readonly Growing[] = [];
  /** By objective, and then by constraint: within configurations, and within the differences between challengers and leaders. */
  #spreads: readonly Spread[] = [];
  #differences: readonly Spread[] = [];
  #total = 0;
  #ofLeaders = 0;

  constructor(count: number, objectives: number) {
    this.count = count;
    this.#objectives = objectives;
  }

  begin({ id, resumes }: Suggested): void {
    const continued = resumes === undefined ? undefined : this.#byTrial.get(resumes);
    this.#byTrial.set(id, continued ?? { ended: undefined, isWhole: false, results: new Map(), sums: [], squares: [] });
  }

  /** @returns the results that are new: the first one of an example counts */
  add(id: TrialId, results: readonly ExampleResult[]): readonly ExampleResult[] {
    const to = this.#byTrial.get(id);
    if (to === undefined) return [];
    const fresh: ExampleResult[] = [];
    for (const result of results) {
      const [place, numbers] = result;
      if (to.results.has(place)) continue;
      fresh.push(result);
      this.#take(to, place, numbers);
    }
    return fresh;
  }

  #take(to: Growing, place: number, numbers: readonly number[]): void {
    const n = to.results.size;
    to.results.set(place, numbers);
    this.#total++;
    if (this.#leaders.length === 0 || this.#leaders.includes(to)) this.#ofLeaders++;
    this.#spreads = numbers.map((one, k) => {
      const sum = to.sums[k] ?? 0;
      // Welford: what one more result adds to the squared distances to the mean.
      const more = n === 0 ? 0 : (one - sum / n) ** 2 * (n / (n + 1));
      to.sums[k] = sum + one;
      to.squares[k] = (to.squares[k] ?? 0) + more;
      return pooled(this.#spreads[k] ?? NO_SPREAD, { squares: more, freedom: n === 0 ? 0 : 1 });
    });
  }

  /**
   * A trial has ended. A configuration that was evaluated on all examples of its trial leads unless a leader is at least as good. Leaders that are no
   * better than it in any objective, or that violate constraints while it does not, no longer lead.
   */
  end(ended: Ended): void {
    const challenger = this.#byTrial.get(ended.id);
    if (challenger === undefined || challenger.results.size === 0) return;
    if (ended.outcome !== 'failed') challenger.ended = ended;
    if (this.#leaders.includes(challenger)) return this.#reconsider();
    for (const leader of this.#leaders)
      this.#differences = challenger.sums.map((_, k) => pooled(this.spreadOfDifferences(k), this.difference(challenger, leader, k)));
    if (ended.outcome !== 'completed' || !this.hasAll(ended)) return;
    challenger.isWhole = true;
    this.#leaders = this.#joined(this.#leaders, challenger);
  }

  /** The leaders and, unless one of them is at least as good, another configuration in place of those that are no better than it. */
  #joined(leaders: readonly Growing[], challenger: Growing): readonly Growing[] {
    const compared = leaders.map((leader) => ({ leader, worse: this.#worse(challenger, leader) }));
    if (compared.some(({ worse }) => worse.every((by) => by >= 0))) return leaders;
    return [...compared.filter(({ worse }) => worse.some((by) => by > 0)).map(({ leader }) => leader), challenger];
  }

  /** By how much one configuration is worse than another: in violating constraints or, if neither does, in each objective on the examples that both have. */
  #worse(a: Growing, b: Growing): readonly number[] {
    if (this.violates(a) || this.violates(b)) return [violation(this.#constrained(a)) - violation(this.#constrained(b))];
    return this.#objectivesOf(meansOf(a)).map((mean, k) => {
      const difference = this.difference(a, b, k);
      return difference.n > 0 ? difference.mean : mean - meansOf(b)[k]!;
    });
  }

  /** Leaders that turned out to violate constraints no longer lead. If none is left, all configurations that could lead are compared again. */
  #reconsider(): void {
    const feasible = this.#leaders.filter((leader) => !this.violates(leader));
    if (feasible.length === this.#leaders.length) return;
    const known = feasible.length > 0 ? feasible : [...new Set(this.#byTrial.values())].filter(({ isWhole }) => isWhole);
    this.#leaders = known.reduce<readonly Growing[]>((leaders, one) => this.#joined(leaders, one), []);
  }

  /** The outcome constraints of a configuration: their means or, if its results have none, those of its last trial. */
  #constrained(of: Evaluated): Pick<Ended, 'constraints'> {
    return of.sums.length > this.#objectives ? { constraints: meansOf(of).slice(this.#objectives) } : (of.ended ?? {});
  }

  #objectivesOf(numbers: readonly number[]): readonly number[] {
    return numbers.length > this.#objectives ? numbers.slice(0, this.#objectives) : numbers;
  }

  violates(of: Evaluated): boolean {
    return violation(this.#constrained(of)) > 0;
  }

  /** What a configuration must be better in than a leader to replace it: an objective or, if the leader violates constraints, one of these. */
  contested(leader: Evaluated): readonly number[] {
    const all = [...leader.sums.keys()];
    return this.violates(leader) ? all.slice(this.#objectives).filter((k) => leader.sums[k]! > 0) : this.#objectivesOf(all);
  }

  /** The difference of two configurations. @param k the objective or, after these, the constraint */
  difference(a: Evaluated, b: Evaluated, k = 0): PairedDifference {
    return meanDifference(differencesByExample(a, b, k));
  }

  /** The variance of a difference of means over all examples, and its degrees of freedom; undefined if too little is known. */
  varianceOf(difference: PairedDifference, k = 0): Spread | undefined {
    return varianceOfDifference(difference, this.spreadOfDifferences(k), this.count);
  }

  /** Whether a trial was evaluated on all of its examples. */
  hasAll({ id, examples }: Proposal): boolean {
    const { results } = this.#byTrial.get(id)!;
    return examples === undefined ? results.size >= this.count : examples.every((place) => results.has(place));
  }

  /** Whether the result of a trial that ends now is whole. A leader that is stopped on its way to more examples keeps those that it has had. */
  isWhole(trial: Proposal): boolean {
    return this.hasAll(trial) || this.#leaders.includes(this.#byTrial.get(trial.id)!);
  }

  /** The examples of a trial that it lacks, in its order; undefined if that is all. */
  lacking({ id, examples }: Proposal): readonly number[] | undefined {
    const results = this.#byTrial.get(id)?.results;
    if (!results?.size) return examples;
    const all = examples ?? Array.from({ length: this.count }, (_, place) => place);
    return all.filter((place) => !results.has(place));
  }

  of(id: TrialId): Evaluated | undefined {
    return this.#byTrial.get(id);
  }

  /** @param among over how many examples the mean is estimated; infinitely many: over others of the same kind */
  estimate(of: Evaluated, among = this.count): Estimate {
    const means = meansOf(of);
    const losses = this.#objectivesOf(means);
    const errors = losses.map((_, k) => this.#errorOf(of, k, among));
    return {
      losses,
      ...(errors.every((error) => error !== undefined) && { stderr: errors }),
      ...(means.length > losses.length && { constraints: means.slice(losses.length) }),
    };
  }

  /** The standard error of a mean. While all results of each configuration are equal, such as 0 of 2 right, nothing is known of it. */
  #errorOf(of: Evaluated, k: number, among: number): number | undefined {
    if (of.results.size >= among) return 0;
    const variance = this.#spreads[k]!.squares > 0 ? this.varianceOfMean(of, k, among) : undefined;
    return variance && Math.sqrt(variance.squares);
  }

  /** The variance of a mean over so many examples, and its degrees of freedom; undefined if too little is known. */
  varianceOfMean({ results, squares }: Evaluated, k: number, among = this.count): Spread | undefined {
    const variance = varianceOf({ squares: squares[k]!, freedom: results.size - 1 }, this.#spreads[k]!);
    return variance && { ...variance, squares: varianceOfMean(variance.squares, results.size, among) };
  }

  /** All configurations with results, each with the trial that names it: the last one that has ended, or else the last one. */
  get configurations(): ReadonlyMap<Evaluated, TrialId> {
    const named = new Map<Evaluated, TrialId>();
    for (const [id, of] of this.#byTrial) if (of.results.size > 0) named.set(of, of.ended?.id ?? id);
    return named;
  }
  /** The spread within the differences between challengers and leaders. */
  spreadOfDifferences(k = 0): Spread {
    return this.#differences[k] ?? NO_SPREAD;
  }
  /**
   * The configurations of which none is at least as good as another in each objective: with one objective, the best one. They violate no constraint,
   * unless all others violate them more.
   */
  get leaders(): readonly Evaluated[] {
    return this.#leaders;
  }
  /** The best of them in the first objective. */
  get leader(): Evaluated | undefined {
    const [first, ...others] = this.#leaders;
    return first && others.reduce((best, one) => (this.difference(one, best).mean < 0 ? one : best), first);
  }
  /** How many numbers each result has; undefined before the first one. */
  get width(): number | undefined {
    return this.#total > 0 ? this.#spreads.length : undefined;
  }
  /** How many results there are. */
  get total(): number {
    return this.#total;
  }
  /** How many of them came from leaders, and from those that wanted to be the first. */
  get ofLeaders(): number {
    return this.#ofLeaders;
  }
}

/** The means over the examples that a configuration was evaluated on, by objective and then by constraint. */
export const meansOf = ({ sums, results }: Evaluated): number[] => sums.map((sum) => sum / results.size);
