/** The columns of a matrix of features: coordinates first, then the numbers of unordered levels. */
export interface FeatureLayout {
  readonly width: number;
  /** How many leading columns are coordinates. */
  readonly ordered: number;
  /** The column whose main effect each column is a part of, its own or a later one. Absent: each has one of its own. */
  readonly joins?: Int32Array;
}

/**
 * Writes the distances of a row of features from each of the first `count` rows of `points`, column by column: squared differences of coordinates,
 * and 0 or 1 for levels.
 *
 * @param out `count` x `width`
 */
export function columnDistances(
  { width, ordered }: FeatureLayout,
  x: Float64Array,
  xAt: number,
  points: Float64Array,
  count: number,
  out: Float64Array,
  outAt = 0,
): void {
  for (let j = 0, at = 0; j < count; j++) {
    for (let c = 0; c < ordered; c++, at++) {
      const difference = x[xAt + c]! - points[at]!;
      out[outAt + at] = difference * difference;
    }
    for (let c = ordered; c < width; c++, at++) out[outAt + at] = x[xAt + c] === points[at] ? 0 : 1;
  }
}
