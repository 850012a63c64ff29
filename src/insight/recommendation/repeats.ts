import { mean, variance } from '../../numeric/averages.ts';
import { studentQuantile } from '../../numeric/distributions/student.ts';
import { grouped } from '../../numeric/grouped.ts';
import type { CompletedRow } from '../../study/trials.ts';
import { formatNumber, rounded } from '../figures/drawing/format.ts';

/** What one more trial of a configuration would give, in the unit of the objective, as far as its repetitions tell. */
export interface Repetition {
  readonly mean: number;
  /** Half of all repetitions lie in here. */
  readonly half: Confidence;
  /** Nine of ten lie in here. */
  readonly most: Confidence;
}
export type Confidence = readonly [low: number, high: number];

/** What repetitions of configurations tell about noise. */
export interface RepeatNoise {
  /** The standard deviation of repetitions of one configuration. */
  readonly sd: number;
  /** @returns undefined if the configuration was not repeated at least twice */
  of(params: unknown): Repetition | undefined;
}

/** A configuration that was repeated: the mean and variance of its further results. */
interface Group {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * The repetitions among some results. The first result of a configuration does not count: it may be the reason why the configuration was repeated, and then it
 * is a lucky one.
 *
 * @returns undefined if no configuration was repeated twice
 */
export function repeatsIn<P>(rows: readonly CompletedRow<P>[], objective: string): RepeatNoise | undefined {
  const groups = groupsOf(rows, objective);
  const all = [...groups.values()];
  const freedom = all.reduce((sum, { count }) => sum + count - 1, 0);
  if (freedom === 0) return undefined;
  const pooled = all.reduce((sum, { count, variance }) => sum + (count - 1) * variance, 0) / freedom;
  const { variances, prior } = moderated(all, pooled);
  const means = all.map((group) => group.mean);
  const centre = mean(means);
  const signal = Math.max(0, variance(means) - mean(all.map(({ count }) => pooled / count)));
  return {
    sd: Math.sqrt(pooled),
    of: (params) => {
      const group = groups.get(keyOf(params));
      if (group === undefined) return undefined;
      const variance = variances[all.indexOf(group)]!;
      // The mean is shrunk towards that of all: the best of several is a lucky one again.
      const weight = all.length === 1 || variance === 0 ? 1 : signal / (signal + variance / group.count);
      const mean = weight * group.mean + (1 - weight) * centre;
      const sd = Math.sqrt(variance * (1 + weight / group.count + (1 - weight) / (freedom + all.length)));
      const degrees = Math.min(prior + group.count - 1, freedom);
      const within = (share: number): Confidence => {
        const reach = sd * studentQuantile(share, degrees);
        return [mean - reach, mean + reach];
      };
      return { mean, half: within(0.5), most: within(0.9) };
    },
  };
}

/** What one more trial of a configuration would give, in words. */
export function repetitionText({ mean, half, most }: Repetition): string {
  if (half[0] === half[1]) return `run again, it would give ${formatNumber(mean)}`;
  const [a, b, c, d] = [...half, ...most].map((value) => rounded(value, 3));
  return `run again, it would give ${a} to ${b} one time in two, and ${c} to ${d} nine times in ten`;
}

/** So many repetitions show whether there is noise. */
const TELLING_REPETITIONS = 2;
/** Noise is large from this share of the lead of the best result over the median one on. */
export const LARGE = 0.1;

/**
 * Whether the results of one configuration differ much.
 *
 * @param results of each configuration
 * @param lead by how much the best of all results is better than their median
 * @returns undefined if there are fewer than two repetitions
 */
export function showNoise(results: Iterable<readonly number[]>, lead: number): boolean | undefined {
  const repeated = [...results].filter(({ length }) => length > 1);
  const repetitions = repeated.reduce((sum, { length }) => sum + length - 1, 0);
  if (repetitions < TELLING_REPETITIONS) return undefined;
  return repeated.some((all) => Math.max(...all) - Math.min(...all) > LARGE * lead);
}

const keyOf = (params: unknown): string => JSON.stringify(params);

/** The values of each configuration, the first one first. */
export const valuesOfEach = <P>(rows: readonly CompletedRow<P>[], objective: string): ReadonlyMap<string, readonly number[]> =>
  new Map(
    [
      ...grouped(
        rows.toSorted((a, b) => a.trial - b.trial),
        ({ params }) => keyOf(params),
      ),
    ].map(([key, own]) => [key, own.map(({ values }) => values[objective]!)]),
  );

/** Whether two trials have the same configuration. */
export const isSame = (a: unknown, b: unknown): boolean => keyOf(a) === keyOf(b);

function groupsOf<P>(rows: readonly CompletedRow<P>[], objective: string): ReadonlyMap<string, Group> {
  return new Map(
    [...valuesOfEach(rows, objective)].flatMap(([key, [, ...again]]) => {
      if (again.length < 2) return [];
      return [[key, { count: again.length, mean: mean(again), variance: variance(again) }] as const];
    }),
  );
}

/** The common variance of a few groups is worth less than Smyth's estimate: with all of it, ranges of noise that shrinks were too wide. */
const TRUST = 0.5;

/**
 * The variances of groups, moderated by each other: they are drawn to a common one the more, the less they differ beyond chance. Noise that shrinks towards
 * good configurations stays small there. Smyth, "Linear models and empirical Bayes methods" (2004), section 6.2.
 *
 * @returns prior: how many degrees of freedom the common variance is worth
 */
function moderated(groups: readonly Group[], pooled: number): { readonly variances: readonly number[]; readonly prior: number } {
  const common = { variances: groups.map(() => pooled), prior: Number.POSITIVE_INFINITY };
  if (pooled === 0 || groups.length < 3) return common;
  const freedoms = groups.map(({ count }) => count - 1);
  const logs = groups.map(({ variance }, i) => Math.log(Math.max(variance, 1e-9 * pooled)) - logBias(freedoms[i]! / 2));
  const excess = variance(logs) - mean(freedoms.map((freedom) => logVariance(freedom / 2)));
  if (excess <= 0) return common;
  const half = (TRUST * (1 + Math.sqrt(1 + 2 * excess))) / (2 * excess); // where logVariance is the excess, nearly
  const middle = Math.exp(mean(logs) + logBias(half));
  return {
    variances: groups.map(({ variance }, i) => (2 * half * middle + freedoms[i]! * variance) / (2 * half + freedoms[i]!)),
    prior: 2 * half,
  };
}

/** The mean and variance of the log of a gamma variable of this shape with mean 1: digamma(x) - log(x), and trigamma(x). */
const logBias = (x: number): number =>
  x < 2 ? logBias(x + 1) - 1 / x + Math.log1p(1 / x) : -1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * x ** 4);
const logVariance = (x: number): number =>
  x < 2 ? logVariance(x + 1) + 1 / (x * x) : 1 / x + 1 / (2 * x * x) + 1 / (6 * x ** 3) - 1 / (30 * x ** 5);
