import { studentBelow } from '../numeric/distributions/student.ts';
import { type Spread, varianceOf, varianceOfMean } from '../numeric/spread.ts';

/** The difference of two configurations in an objective or a constraint, on the examples that both were evaluated on. */
export interface PairedDifference extends Spread {
  readonly n: number;
  /** Below 0 if the first one is better. */
  readonly mean: number;
}

interface Results {
  /** By the place of the example. */
  readonly results: ReadonlyMap<number, readonly number[]>;
}

/** The differences of two configurations on each example that both have. @param k which of the numbers of a result */
export function differencesByExample(a: Results, b: Results, k = 0): readonly (readonly [place: number, difference: number])[] {
  const pairs: [number, number][] = [];
  for (const [place, numbers] of a.results) {
    const others = b.results.get(place);
    if (others !== undefined) pairs.push([place, numbers[k]! - others[k]!]);
  }
  return pairs;
}

/** The mean of differences, and their spread. */
export function meanDifference(pairs: readonly (readonly [place: number, difference: number])[]): PairedDifference {
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
export function varianceOfDifference(difference: PairedDifference, spread: Spread, among: number): Spread | undefined {
  const variance = difference.n > 0 ? varianceOf(difference, spread) : undefined;
  return variance && { ...variance, squares: varianceOfMean(variance.squares, difference.n, among) };
}

/** The probability that the mean of which this is an estimate is below 0. */
export function chanceBelowZero(estimate: number, { squares, freedom }: Spread): number {
  return estimate === 0 ? 0.5 : studentBelow(-estimate / Math.sqrt(squares), freedom);
}
