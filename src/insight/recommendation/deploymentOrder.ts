import { predictMany } from '../../numeric/gp/predict.ts';
import { trainingSetOf } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import type { Point } from '../../space/axis.ts';
import type { ResultModel } from './resultModel.ts';

/**
 * The number of standard deviations that are added to the mean: the model is least certain of isolated points, whose prediction depends on other
 * points.
 */
const CAUTION = 2;

/**
 * Each configuration once, as the index of one of its results, the one to deploy first: by the upper bound of its posterior mean or, without a model, by its
 * best result.
 *
 * @param points of results, the best result first
 */
export function deploymentOrder(points: readonly Point[], model: ResultModel | undefined): number[] {
  if (!model) return firstOfEach(points, [...points.keys()]);
  const { gp, features, observed, transform } = model;
  const [means, variances] = [new Float64Array(points.length), new Float64Array(points.length)];
  predictMany(gp, trainingSetOf(features, observed, transform).points, points.length, means, variances);
  const bounds = means.map((mean, i) => mean + CAUTION * Math.sqrt(variances[i]!));
  return firstOfEach(
    points,
    [...points.keys()].sort((a, b) => bounds[a]! - bounds[b]!),
  );
}

/** Some indices of points, without those of a point that occurred before. */
function firstOfEach(points: readonly Point[], indices: readonly number[]): number[] {
  const keys = new Set<string>();
  return indices.filter((i) => {
    const key = keyOf(points[i]!);
    return !keys.has(key) && keys.add(key);
  });
}
