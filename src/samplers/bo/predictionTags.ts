import type { Tags } from '../../messages.ts';
import { type Prediction, predict } from '../../numeric/gp/predict.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { ScoredPoint } from '../surrogate.ts';
import type { FittedModels } from './posteriorSamples.ts';

/**
 * The prediction at a point, as tags: `mean` and `sd` of each objective in the units of the loss, and the log `acquisition`. If budgets differ,
 * `at` is the budget of that loss: the highest one with enough results.
 */
export function predictionTags({ features, models }: FittedModels, { point, score }: ScoredPoint): Tags {
  const row = new Float64Array(features.width);
  features.encode(point, row);
  const predictions = models.map(({ gps, transform }) => {
    const { mean, variance } = mixtureOf(gps.map((gp) => predict(gp, row)));
    const sd = Math.sqrt(variance);
    const [low, middle, high] = [mean - sd, mean, mean + sd].map(transform.restore) as [number, number, number];
    return { mean: middle.toPrecision(4), sd: (high < Infinity ? (high - low) / 2 : middle - low).toPrecision(4) };
  });
  const budget = models[0]!.budget;
  return omitUndefined({
    mean: predictions.map(({ mean }) => mean).join(' '),
    sd: predictions.map(({ sd }) => sd).join(' '),
    acquisition: score.toPrecision(4),
    at: budget === undefined ? undefined : String(budget),
  });
}

/** Mean and variance of a mixture with equal weights. */
function mixtureOf(parts: readonly Prediction[]): Prediction {
  const mean = parts.reduce((sum, part) => sum + part.mean, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + part.variance + (part.mean - mean) ** 2, 0) / parts.length;
  return { mean, variance };
}
