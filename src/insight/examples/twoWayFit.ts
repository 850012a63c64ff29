/** Values in a table, in which most cells may be empty: for each value its row, its column, and itself. */
export interface Cells {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

export interface TwoWayFit {
  /** What each row would have in the mean over all columns that have values. */
  readonly rows: Float64Array;
  /** How far the values of each column are above the others; NaN for one without values. */
  readonly columns: Float64Array;
}

/** Steps of the fit, in which the effects of rows and columns alternate: more change little. */
const STEPS = 20;

/**
 * Fits value = row + column by least squares, so that rows with only easy columns are compared fairly with rows with only hard ones. The effects alternate
 * (backfitting: Buja, Hastie and Tibshirani 1989).
 */
export function twoWayFit({ rows, columns, values }: Cells): TwoWayFit {
  let ofColumns = new Float64Array(1 + columns.reduce((most, column) => Math.max(most, column), -1));
  let ofRows = new Float64Array(0);
  for (let step = 0; step < STEPS; step++) {
    ofRows = residualMeans(values, rows, columns, ofColumns);
    ofColumns = residualMeans(values, columns, rows, ofRows);
  }
  const known = ofColumns.filter((effect) => !Number.isNaN(effect));
  const centre = known.reduce((sum, effect) => sum + effect, 0) / known.length;
  return { rows: ofRows.map((effect) => effect + centre), columns: ofColumns.map((effect) => effect - centre) };
}

/** The means by `keys` of what is left of the values without the effects of `others`. */
function residualMeans(
  values: readonly number[],
  keys: readonly number[],
  others: readonly number[],
  effects: Float64Array<ArrayBuffer>,
): Float64Array<ArrayBuffer> {
  const length = 1 + keys.reduce((most, key) => Math.max(most, key), -1);
  const [sums, counts] = [new Float64Array(length), new Float64Array(length)];
  for (let i = 0; i < values.length; i++) {
    sums[keys[i]!]! += values[i]! - effects[others[i]!]!;
    counts[keys[i]!]!++;
  }
  return sums.map((sum, key) => sum / counts[key]!);
}
