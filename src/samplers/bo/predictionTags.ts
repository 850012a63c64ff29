import { type Prediction, predict } from '../../numeric/gp/predict.ts';
import type { OutcomeTransform } from '../../numeric/outcomeTransform.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Tags } from '../../strategy/messages.ts';
import type { ScoredPoint } from '../surrogate.ts';
import type { FittedModels } from './posteriorSamples.ts';

/**
 * The prediction at a point, as tags: `mean` and `sd` of each objective in the units of the loss, and the log `acquisition`. If budgets differ,
 * `at` is the budget of that loss: the highest one with enough results, some of which are as bad. Losses above the `limit` count as equal to it,
 * so a mean close to it says only that the loss is at least so high.
 */
export function predictionTags({ features, models }: FittedModels, { point, score }: ScoredPoint): Tags {
  const row = new Float64Array(features.width);
  features.encode(point, row);
  const predictions = models.map(({ gps, transform, explain }) => {
    const predicted = mixtureOf(gps.map((gp) => predict(gp, row)));
    const explained = explain?.(predicted.mean);
    const { mean, sd } = explained
      ? { mean: explained.loss, sd: explained.slope * Math.sqrt(predicted.variance) }
      : restored(transform, predicted);
    return { mean: mean.toPrecision(4), sd: sd.toPrecision(4), budget: explained?.budget };
  });
  const [{ budget }, { transform }] = [predictions[0]!, models[0]!];
  return omitUndefined({
    mean: predictions.map(({ mean }) => mean).join(' '),
    sd: predictions.map(({ sd }) => sd).join(' '),
    acquisition: score.toPrecision(4),
    at: budget === undefined ? undefined : String(budget),
    limit: models.length > 1 ? undefined : transform.limit?.toPrecision(4),
  });
}

/**
 * A prediction in the units of the loss; the standard deviation is half the width of the interval around the mean. A power transform has no losses
 * beyond some target: the side of an interval that ends there does not count, and a mean there is taken to be the lowest known loss.
 */
function restored({ restore, targets }: OutcomeTransform, { mean, variance }: Prediction): { readonly mean: number; readonly sd: number } {
  const centre = Number.isFinite(restore(mean)) ? mean : targets.reduce((a, b) => Math.min(a, b));
  const middle = restore(centre);
  const sidesAt = (sd: number) => [middle - restore(centre - sd), restore(centre + sd) - middle].filter(Number.isFinite);
  const sd = Math.sqrt(variance);
  const sides = sidesAt(sd).length > 0 ? sidesAt(sd) : sidesAt(sd * SMALL).map((side) => side / SMALL);
  return { mean: middle, sd: sides.reduce((a, b) => a + b) / sides.length };
}
/** The share of a standard deviation at which the slope is taken where both sides are infinite. */
const SMALL = 1e-3;

/** Mean and variance of a mixture with equal weights. */
function mixtureOf(parts: readonly Prediction[]): Prediction {
  const mean = parts.reduce((sum, part) => sum + part.mean, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + part.variance + (part.mean - mean) ** 2, 0) / parts.length;
  return { mean, variance };
}
