import { mean } from '../../numeric/averages.ts';
import { predictMany } from '../../numeric/gp/predict.ts';
import { grouped } from '../../numeric/grouped.ts';
import { trainingSetOf } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import { normalScore } from '../../samplers/budgets/order.ts';
import type { Point } from '../../space/axis.ts';
import type { ResultModel } from './resultModel.ts';

/**
 * The number of standard deviations that are added to the mean: the model is least certain of isolated points, whose prediction depends on other
 * points.
 */
const CAUTION = 2;

/**
 * Each configuration once, as the index of one of its results, the one to deploy first: by the upper bound of its posterior mean or, without a model, by
 * what its repetitions say.
 *
 * @param points of results, the best result first
 * @param losses of these results, ascending
 */
export function deploymentOrder(points: readonly Point[], losses: readonly number[], model: ResultModel | undefined): number[] {
  const bounds = model ? upperBounds(points, model) : expectedScores(points, losses);
  return firstOfEach(
    points,
    [...points.keys()].sort((a, b) => bounds[a]! - bounds[b]!),
  );
}

function upperBounds(points: readonly Point[], { gp, features, observed, transform }: ResultModel): Float64Array {
  const [means, variances] = [new Float64Array(points.length), new Float64Array(points.length)];
  predictMany(gp, trainingSetOf(features, observed, transform).points, points.length, means, variances);
  return means.map((mean, i) => mean + CAUTION * Math.sqrt(variances[i]!));
}

/**
 * What a configuration gives again, for each of its results: the mean of the normal scores of its results, since noise may have a long tail. One that was
 * not repeated is taken to be as lucky as the best results of those that were.
 */
function expectedScores(points: readonly Point[], losses: readonly number[]): Float64Array {
  const scores = scoresOf(losses);
  const all = resultsOfEach(points);
  const meanOf = (results: readonly number[]) => mean(results.map((i) => scores[i]!));
  const repeated = all.filter(({ length }) => length > 1);
  const luck = repeated.length > 0 ? mean(repeated.map((results) => meanOf(results) - scores[results[0]!]!)) : 0;
  const expected = new Float64Array(points.length);
  for (const results of all) for (const i of results) expected[i] = meanOf(results) + (results.length > 1 ? 0 : luck);
  return expected;
}

/** The normal scores of ascending numbers. Equal ones have the same. */
function scoresOf(ascending: readonly number[]): number[] {
  let first = 0;
  return ascending.map((x, i) => {
    if (x !== ascending[first]) first = i;
    return normalScore(first + 1, ascending.length);
  });
}

/** The results of each configuration, as indices of points. */
export const resultsOfEach = (points: readonly Point[]): number[][] => [...grouped(points.keys(), (i) => keyOf(points[i]!)).values()];

/** Some indices of points, without those of a point that occurred before. */
function firstOfEach(points: readonly Point[], indices: readonly number[]): number[] {
  const keys = new Set<string>();
  return indices.filter((i) => {
    const key = keyOf(points[i]!);
    return !keys.has(key) && keys.add(key);
  });
}
