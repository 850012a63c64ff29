import { type Prediction, predict } from '../../numeric/gp/predict.ts';
import type { ScoredPoint } from '../surrogate.ts';
import type { Modelled } from './posteriorSamples.ts';

/**
 * What was expected of a point, as tags: `mean` and `sd` of each objective, in the units of the loss, and the log `acquisition`. Where budgets differ,
 * `at` is the budget at which that loss is meant: the highest one with enough results.
 */
export function reasons({ features, models }: Modelled, { point, score }: ScoredPoint): Record<string, string> {
  const row = new Float64Array(features.width);
  features.encode(point, row);
  const predictions = models.map(({ gps, outputs }) => {
    const { mean, variance } = mixture(gps.map((gp) => predict(gp, row)));
    const sd = Math.sqrt(variance);
    const [low, middle, high] = [mean - sd, mean, mean + sd].map(outputs.restore) as [number, number, number];
    return { mean: middle.toPrecision(4), sd: (high < Infinity ? (high - low) / 2 : middle - low).toPrecision(4) };
  });
  return {
    mean: predictions.map(({ mean }) => mean).join(' '),
    sd: predictions.map(({ sd }) => sd).join(' '),
    acquisition: score.toPrecision(4),
    ...(models[0]!.budget !== undefined && { at: String(models[0]!.budget) }),
  };
}

/** Mean and variance of a mixture in equal parts. */
function mixture(parts: readonly Prediction[]): Prediction {
  const mean = parts.reduce((sum, part) => sum + part.mean, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + part.variance + (part.mean - mean) ** 2, 0) / parts.length;
  return { mean, variance };
}
