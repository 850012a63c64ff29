import { studentBelow } from '../numeric/distributions/student.ts';
import { NO_SPREAD, pooled, type Spread, varianceOf, varianceOfMean } from '../numeric/spread.ts';
import type { Ended, ExampleResult, Suggested, TrialId } from '../strategy/messages.ts';

/** A configuration with its results: those of a trial and of all that continue it. */
export interface Evaluated {
  /** The last of these trials that has ended with a result. */
  readonly ended: Suggested | undefined;
  /** Losses by the place of the example. */
  readonly results: ReadonlyMap<number, readonly number[]>;
  /** By objective: the sums of the losses, and their squared distances to the mean. */
  readonly sums: readonly number[];
  readonly squares: readonly number[];
}
interface Growing extends Evaluated {
  ended: Suggested | undefined;
  readonly results: Map<number, readonly number[]>;
  readonly sums: number[];
  readonly squares: number[];
}

/** The means of a configuration, and their standard errors as estimates of the means over all examples, by objective. */
export interface Estimate {
  readonly losses: readonly number[];
  /** Absent while too little is known about the spread. */
  readonly stderr?: readonly number[];
}

/** The difference of two configurations in an objective, on the examples that both were evaluated on. */
export interface Difference extends Spread {
  readonly n: number;
  /** Below 0 if the first one is better. */
  readonly mean: number;
}

/**
 * The results of a study on examples: which configuration had which result on which example, and which configurations lead. It only grows: a fold over
 * the facts about trials, which the ledger and `race` make in the same way.
 */
export class ExampleResults {
  /** How many examples there are. */
  readonly count: number;
  readonly #byTrial = new Map<TrialId, Growing>();
  #leaders: readonly Growing[] = [];
  /** By objective: within configurations, and within the differences between challengers and leaders. */
  #spreads: readonly Spread[] = [];
  #differences: readonly Spread[] = [];
  #total = 0;
  #ofLeaders = 0;

  constructor(count: number) {
    this.count = count;
  }

  begin({ id, resumes }: Suggested): void {
    const continued = resumes === undefined ? undefined : this.#byTrial.get(resumes);
    this.#byTrial.set(id, continued ?? { ended: undefined, results: new Map(), sums: [], squares: [] });
  }

  /** @returns the results that are new: the first one of an example counts */
  add(id: TrialId, results: readonly ExampleResult[]): readonly ExampleResult[] {
    const to = this.#byTrial.get(id);
    if (to === undefined) return [];
    const fresh: ExampleResult[] = [];
    for (const result of results) {
      const [place, losses] = result;
      if (to.results.has(place)) continue;
      fresh.push(result);
      this.#take(to, place, losses);
    }
    return fresh;
  }

  #take(to: Growing, place: number, losses: readonly number[]): void {
    const n = to.results.size;
    to.results.set(place, losses);
    this.#total++;
    if (this.#leaders.length === 0 || this.#leaders.includes(to)) this.#ofLeaders++;
    this.#spreads = losses.map((loss, k) => {
      const sum = to.sums[k] ?? 0;
      // Welford: what one more result adds to the squared distances to the mean.
      const more = n === 0 ? 0 : (loss - sum / n) ** 2 * (n / (n + 1));
      to.sums[k] = sum + loss;
      to.squares[k] = (to.squares[k] ?? 0) + more;
      return pooled(this.#spreads[k] ?? NO_SPREAD, { squares: more, freedom: n === 0 ? 0 : 1 });
    });
  }

  /**
   * A trial has ended. A configuration that was evaluated on all examples of its trial leads unless a leader is at least as good in each objective, on the examples that
   * both have. The leaders that are no better than it in any objective no longer lead.
   */
  end(trial: Suggested, outcome: Ended['outcome']): void {
    const challenger = this.#byTrial.get(trial.id);
    if (challenger === undefined || challenger.results.size === 0) return;
    if (outcome !== 'failed') challenger.ended = trial;
    if (this.#leaders.includes(challenger)) return;
    const compared = this.#leaders.map((leader) => ({ leader, by: this.differences(challenger, leader) }));
    for (const { by } of compared) this.#differences = by.map((one, k) => pooled(this.#differences[k] ?? NO_SPREAD, one));
    if (outcome !== 'completed' || !this.hasAll(trial)) return;
    const means = compared.map(({ leader, by }) => ({
      leader,
      means: by.map((one, k) => (one.n > 0 ? one.mean : meansOf(challenger)[k]! - meansOf(leader)[k]!)),
    }));
    if (means.some(({ means }) => means.every((mean) => mean >= 0))) return;
    this.#leaders = [...means.filter(({ means }) => means.some((mean) => mean > 0)).map(({ leader }) => leader), challenger];
  }

  /** The difference of two configurations in each objective. */
  differences(a: Evaluated, b: Evaluated): readonly Difference[] {
    return a.sums.map((_, k) => this.difference(a, b, k));
  }

  /** The difference of two configurations. @param k the objective */
  difference(a: Evaluated, b: Evaluated, k = 0): Difference {
    return differenceOf(pairsOf(a, b, k));
  }

  /** The variance of a difference of means over all examples, and its degrees of freedom; undefined if too little is known. */
  varianceOf(difference: Difference, k = 0): Spread | undefined {
    return varianceOfDifference(difference, this.spreadOfDifferences(k), this.count);
  }

  /** Whether a trial was evaluated on all of its examples. */
  hasAll({ id, examples }: Suggested): boolean {
    const { results } = this.#byTrial.get(id)!;
    return examples === undefined ? results.size >= this.count : examples.every((place) => results.has(place));
  }

  /** Whether the result of a trial that ends now is whole. A leader that is stopped on its way to more examples keeps those that it has had. */
  isWhole(trial: Suggested): boolean {
    return this.hasAll(trial) || this.#leaders.includes(this.#byTrial.get(trial.id)!);
  }

  /** The examples of a trial that it lacks, in its order; undefined if that is all. */
  lacking({ id, examples }: Suggested): readonly number[] | undefined {
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
    const losses = meansOf(of);
    const errors = losses.map((_, k) => this.#errorOf(of, k, among));
    return errors.every((error) => error !== undefined) ? { losses, stderr: errors } : { losses };
  }

  /** The standard error of a mean. While all results of each configuration are equal, such as 0 of 2 right, nothing is known of it. */
  #errorOf({ results, squares }: Evaluated, k: number, among: number): number | undefined {
    const all = this.#spreads[k]!;
    if (results.size >= among) return 0;
    const variance = all.squares > 0 ? varianceOf({ squares: squares[k]!, freedom: results.size - 1 }, all) : undefined;
    return variance && Math.sqrt(varianceOfMean(variance.squares, results.size, among));
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
  /** The configurations of which none is at least as good as another in each objective: with one objective, the best one. */
  get leaders(): readonly Evaluated[] {
    return this.#leaders;
  }
  /** The best of them in the first objective. */
  get leader(): Evaluated | undefined {
    const [first, ...others] = this.#leaders;
    return first && others.reduce((best, one) => (this.difference(one, best).mean < 0 ? one : best), first);
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

/** The means over the examples that a configuration was evaluated on, by objective. */
export const meansOf = ({ sums, results }: Evaluated): number[] => sums.map((sum) => sum / results.size);

/** The differences of two configurations on each example that both have. @param k the objective */
export function pairsOf(
  a: Pick<Evaluated, 'results'>,
  b: Pick<Evaluated, 'results'>,
  k = 0,
): readonly (readonly [place: number, difference: number])[] {
  const pairs: [number, number][] = [];
  for (const [place, losses] of a.results) {
    const others = b.results.get(place);
    if (others !== undefined) pairs.push([place, losses[k]! - others[k]!]);
  }
  return pairs;
}

/** The mean of differences, and their spread. */
export function differenceOf(pairs: readonly (readonly [place: number, difference: number])[]): Difference {
  let [n, mean, squares] = [0, 0, 0];
  for (const [, d] of pairs) {
    const delta = d - mean;
    n++;
    mean += delta / n;
    squares += delta * (d - mean);
  }
  return { n, mean, squares, freedom: Math.max(0, n - 1) };
}

/**
 * The variance of a difference as an estimate of the difference of means over so many examples; undefined if too little is known.
 *
 * @param spread within the differences of other pairs of configurations
 * @param among over how many examples; infinitely many: over others of the same kind
 */
export function varianceOfDifference(difference: Difference, spread: Spread, among: number): Spread | undefined {
  const variance = difference.n > 0 ? varianceOf(difference, spread) : undefined;
  return variance && { ...variance, squares: varianceOfMean(variance.squares, difference.n, among) };
}

/** The probability that the mean of which this is an estimate is below 0. */
export function chanceBelowZero(estimate: number, { squares, freedom }: Spread): number {
  return estimate === 0 ? 0.5 : studentBelow(-estimate / Math.sqrt(squares), freedom);
}
