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
  const centre = mean(ofColumns.filter((effect) => !Number.isNaN(effect)));
  return { rows: ofRows.map((effect) => effect + centre), columns: ofColumns.map((effect) => effect - centre) };
}

/**
 * The rows of a fit, drawn to their mean the more, the fewer values they have: the best of many rows with few values is a lucky one. The weights come from the
 * variance between rows and that of what the fit leaves (best linear unbiased prediction: Robinson 1991).
 */
export function shrunk({ rows, columns, values }: Cells, fit: TwoWayFit): Float64Array {
  const counts = new Float64Array(fit.rows.length);
  let left = 0;
  for (const [i, row] of rows.entries()) {
    counts[row]!++;
    left += (values[i]! - fit.rows[row]! - fit.columns[columns[i]!]!) ** 2;
  }
  const effects = fit.rows.length + fit.columns.filter((effect) => !Number.isNaN(effect)).length - 1;
  const noise = left / Math.max(1, values.length - effects);
  const centre = mean(fit.rows);
  const between = mean(fit.rows.map((level, row) => (level - centre) ** 2 - noise / counts[row]!));
  if (!(between > 0)) return fit.rows;
  return fit.rows.map((level, row) => centre + ((level - centre) * between) / (between + noise / counts[row]!));
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

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
