import { chanceBelowZero, differencesByExample, meanDifference, varianceOfDifference } from '../../ledger/difference.ts';
import { lossOf } from '../../ledger/settings.ts';
import { studentQuantile } from '../../numeric/distributions/student.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { ExampleMatrix, MatrixRow } from './matrix.ts';

/** How a configuration differs from another one on the examples that both have. */
export interface PairComparison {
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
export function comparePair({ objective, differences }: ExampleMatrix, a: MatrixRow, b: MatrixRow): PairComparison {
  const lossesOf = ({ results }: MatrixRow) => ({ results: new Map(results.map(([place, value]) => [place, [lossOf(objective, value)]])) });
  const pairs = differencesByExample(lossesOf(a), lossesOf(b));
  const difference = meanDifference(pairs);
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
