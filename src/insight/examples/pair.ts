import { chanceBelowZero, differenceOf, pairsOf, varianceOfDifference } from '../../ledger/exampleResults.ts';
import { lossOf } from '../../ledger/settings.ts';
import { studentQuantile } from '../../numeric/distributions/student.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { formatNumber, percent, rounded } from '../figures/drawing/format.ts';
import type { ExampleMatrix, MatrixRow } from './matrix.ts';

/** How a configuration differs from another one on the examples that both have. */
export interface PairedDifference {
  /** How many examples both have. */
  readonly n: number;
  /** The mean of the first one minus that of the second, on these examples. */
  readonly mean: number;
  /** Where the difference lies on other examples of the same kind, nine times in ten; absent while too little is known about the spread. */
  readonly interval?: readonly [low: number, high: number];
  /** The probability that the first one is better there. */
  readonly better?: number;
  /** The examples that the difference comes from, the most important first: what each adds to the mean. */
  readonly deciding: readonly (readonly [place: number, part: number])[];
}

const SHARE = 0.9;

/** Compares two configurations in pairs: on the same examples, so that it does not matter how hard these are. */
export function pairedDifference({ objective, differences }: ExampleMatrix, a: MatrixRow, b: MatrixRow): PairedDifference {
  const lossesOf = ({ results }: MatrixRow) => ({ results: new Map(results.map(([place, value]) => [place, [lossOf(objective, value)]])) });
  const pairs = pairsOf(lossesOf(a), lossesOf(b));
  const difference = differenceOf(pairs);
  const variance = varianceOfDifference(difference, differences, Number.POSITIVE_INFINITY);
  const mean = lossOf(objective, difference.mean);
  const reach = variance && studentQuantile(SHARE, variance.freedom) * Math.sqrt(variance.squares);
  const parts = pairs.filter(([, part]) => part !== 0).map(([place, part]) => [place, lossOf(objective, part) / difference.n] as const);
  return omitUndefined({
    n: difference.n,
    mean,
    interval: reach === undefined ? undefined : ([mean - reach, mean + reach] as const),
    better: variance && chanceBelowZero(difference.mean, variance),
    deciding: parts.sort(([p, x], [q, y]) => Math.abs(y) - Math.abs(x) || p - q),
  });
}

/** The difference of two trials in words. */
export function pairText({ objective }: ExampleMatrix, [a, b]: readonly [MatrixRow, MatrixRow], pair: PairedDifference): string {
  const { n, mean, interval, better } = pair;
  if (n === 0) return `Trials ${a.trial} and ${b.trial} have no example in common.`;
  const side = mean === 0 ? 'equal to' : lossOf(objective, mean) < 0 ? 'better than' : 'worse than';
  const by = mean === 0 ? '' : ` by ${rounded(Math.abs(mean), 3)}`;
  const on = n === 1 ? 'the example that both have' : `the ${n} examples that both have`;
  const head = `Trial ${a.trial} is ${side} trial ${b.trial}${by} on ${on}.`;
  if (interval === undefined || better === undefined) return `${head} That is too little to say what it would be on others.`;
  const [low, high] = interval.map((end) => signed(end));
  return `${head} On other examples of the same kind, the difference is ${low} to ${high} (90 % interval), and the chance that trial ${a.trial} is better is ${percent(better)}.`;
}

/** A number with its sign. */
export const signed = (value: number): string => `${value > 0 ? '+' : ''}${rounded(value, 3)}`.replace('-', '−');

/** The name of an example. */
export const exampleName = ({ names }: Pick<ExampleMatrix, 'names'>, place: number): string => names?.[place] ?? String(place);

/** What the leader has, and why that is too good. */
export function leaderText({ objective, rows: [first], leader, configurations, count }: ExampleMatrix): string | undefined {
  if (first === undefined || first.trial !== leader) return undefined;
  const { trial, value, stderr, results } = first;
  const error = stderr === undefined ? '' : ` ± ${rounded(stderr, 2)}`;
  const on = results.length === count ? `all ${count} examples` : `${results.length} of ${count} examples`;
  const head = `Trial ${trial} leads: ${objective.name} ${formatNumber(value)}${error} on ${on}.`;
  return configurations === 1
    ? head
    : `${head} It is the best of ${configurations} configurations on these examples, partly by luck: expect a worse value on others, and measure it there.`;
}
