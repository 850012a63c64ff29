import { NO_SPREAD, pooled, type Spread, varianceOf, varianceOfMean } from '../numeric/spread.ts';
import type { Ended, ExampleResult, Suggested, TrialId } from '../strategy/messages.ts';

/** A configuration with its results: those of a trial and of all that continue it. */
export interface Evaluated {
  /** The last trial that evaluated it. */
  trial: Suggested;
  /** Losses by the place of the example. */
  readonly results: Map<number, readonly number[]>;
  /** By objective. */
  readonly sums: number[];
  readonly squares: number[];
}

/** The means of a configuration, and their standard errors as estimates of the means over all examples, by objective. */
export interface Estimate {
  readonly losses: readonly number[];
  /** Absent while too little is known about the spread. */
  readonly stderr?: readonly number[];
}

/** The difference of two configurations on the examples that both were evaluated on. */
export interface Difference extends Spread {
  readonly n: number;
  /** Below 0 if the first one is better. */
  readonly mean: number;
}

/**
 * The results of a study on examples: which configuration had which result on which example, and which configuration leads. It only grows: a fold over
 * the facts about trials, which the ledger and `race` make in the same way.
 */
export class ExampleResults {
  /** How many examples there are. */
  readonly count: number;
  readonly #byTrial = new Map<TrialId, Evaluated>();
  #leader: Evaluated | undefined;
  /** By objective, within configurations. */
  #spreads: readonly Spread[] = [];
  /** Of the first objective, within the differences between challengers and the leader. */
  #differences = NO_SPREAD;
  #total = 0;
  #ofLeaders = 0;

  constructor(count: number) {
    this.count = count;
  }

  begin(trial: Suggested): void {
    const continued = trial.resumes === undefined ? undefined : this.#byTrial.get(trial.resumes);
    if (continued) continued.trial = trial;
    this.#byTrial.set(trial.id, continued ?? { trial, results: new Map(), sums: [], squares: [] });
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

  #take(to: Evaluated, place: number, losses: readonly number[]): void {
    const n = to.results.size;
    to.results.set(place, losses);
    this.#total++;
    if (this.#leader === undefined || to === this.#leader) this.#ofLeaders++;
    this.#spreads = losses.map((loss, k) => {
      const sum = to.sums[k] ?? 0;
      // Welford: what one more result adds to the squared distances to the mean.
      const more = n === 0 ? 0 : (loss - sum / n) ** 2 * (n / (n + 1));
      to.sums[k] = sum + loss;
      to.squares[k] = (to.squares[k] ?? 0) + more;
      return pooled(this.#spreads[k] ?? NO_SPREAD, { squares: more, freedom: n === 0 ? 0 : 1 });
    });
  }

  /** A trial has ended. One that was evaluated on all of its examples leads if it is better than the leader on those that both have. */
  end({ id, outcome }: Pick<Ended, 'id' | 'outcome'>): void {
    const challenger = this.#byTrial.get(id);
    if (challenger === undefined || challenger === this.#leader || challenger.results.size === 0) return;
    const difference = this.#leader && this.difference(challenger, this.#leader);
    if (difference) this.#differences = pooled(this.#differences, difference);
    if (outcome !== 'completed' || !this.hasAll(challenger.trial)) return;
    if (difference && !(this.#meanOf(difference, challenger) < 0)) return;
    this.#leader = challenger;
  }

  /** Without common examples, the means are compared. */
  #meanOf({ n, mean }: Difference, challenger: Evaluated): number {
    return n > 0 ? mean : meansOf(challenger)[0]! - meansOf(this.#leader!)[0]!;
  }

  /** The difference of two configurations by the first objective. */
  difference(a: Evaluated, b: Evaluated): Difference {
    let [n, mean, squares] = [0, 0, 0];
    for (const [place, [loss]] of a.results) {
      const other = b.results.get(place);
      if (other === undefined) continue;
      const d = loss! - other[0]!;
      const delta = d - mean;
      n++;
      mean += delta / n;
      squares += delta * (d - mean);
    }
    return { n, mean, squares, freedom: Math.max(0, n - 1) };
  }

  /** The variance of a difference of means over all examples, and its degrees of freedom; undefined if too little is known. */
  varianceOf(difference: Difference): Spread | undefined {
    const variance = varianceOf(difference, this.#differences);
    return variance && { ...variance, squares: varianceOfMean(variance.squares, difference.n, this.count) };
  }

  /** Whether a trial was evaluated on all of its examples. */
  hasAll({ id, examples }: Suggested): boolean {
    const { results } = this.#byTrial.get(id)!;
    return examples === undefined ? results.size >= this.count : examples.every((place) => results.has(place));
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
    const n = of.results.size;
    const losses = meansOf(of);
    const variances = losses.map((_, k) => varianceOf({ squares: of.squares[k]!, freedom: n - 1 }, this.#spreads[k]!)?.squares);
    if (variances.some((variance) => variance === undefined)) return { losses };
    return { losses, stderr: variances.map((variance) => Math.sqrt(varianceOfMean(variance!, n, among))) };
  }

  get leader(): Evaluated | undefined {
    return this.#leader;
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
