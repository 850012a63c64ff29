import { logExpectedImprovement } from '../../numeric/distributions/special.ts';
import { type Forest, type ForestPrediction, type GrowForestOptions, growForest, predictForest } from '../../numeric/forest/forest.ts';
import type { Rng } from '../../numeric/random.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { categoryCounts, featureEncoder, transpose } from './features.ts';
import type { ForestObservation } from './observations.ts';

/** A forest fitted to results. */
export interface ForestModel {
  readonly forest: Forest;
  /** Predicts 1 where trials fail or violate constraints, and 0 elsewhere; absent if none did. */
  readonly failures?: Forest | undefined;
  readonly encode: (point: Point) => Float64Array;
  /** The lowest mean that it predicts at an observed point. */
  readonly lowest: number;
}

/** Encodes a point; its budget is the last feature. */
function encoder(axes: readonly Axis[]): (point: Point, budget: number) => Float64Array {
  const encode = featureEncoder(axes);
  return (point, budget) => {
    const row = encode(point, new Float64Array(axes.length + 1));
    row[axes.length] = budget;
    return row;
  };
}

/**
 * The settings of SMAC3 2.4 (Lindauer et al., JMLR 2022). Thirty trees were no better than ten. Without the bootstrap, trees were better on exact
 * losses, but overfitted noisy ones and were no better there than random search.
 */
const TREES: GrowForestOptions = { trees: 10, minLeaf: 1, minSplit: 2, features: 1, threshold: 'random' };

/** The smallest offset that is added to losses before the logarithm, as a share of their range: smaller differences do not matter yet. */
const MIN_OFFSET = 0.02;
/** The offset is the distance from the smallest loss to this quantile. */
const OFFSET_QUANTILE = 0.1;

/**
 * The targets of the forest: log(scaled loss + offset), where losses are scaled to start at 0 with a fixed range (as SMAC3 does for costs).
 *
 * @returns undefined if all losses are equal
 */
export function logLosses(losses: readonly number[]): Float64Array | undefined {
  const sorted = Float64Array.from(losses).sort();
  const low = sorted[0]!;
  const high = sorted.at(-1)!;
  const range = high / 2 - low / 2; // halves cannot overflow
  if (!(range > 0)) return undefined;
  const quantile = sorted[Math.max(1, Math.floor(OFFSET_QUANTILE * (sorted.length - 1)))]!;
  const offset = Math.max(MIN_OFFSET, (quantile / 2 - low / 2) / range);
  return Float64Array.from(losses, (loss) => Math.log((loss / 2 - low / 2) / range + offset));
}

/** @returns undefined if there are fewer than two different losses */
export function fitForestModel(axes: readonly Axis[], observations: readonly ForestObservation[], rng: Rng): ForestModel | undefined {
  const compared = observations.filter(({ loss }) => loss !== 'infeasible');
  const finished = compared.filter(hasLoss);
  const logs = finished.length > 1 ? logLosses(finished.map(({ loss }) => loss)) : undefined;
  if (logs === undefined) return undefined;
  const cap = observations.reduce((most, { budget }) => Math.max(most, Number.isFinite(budget) ? budget : 0), 0) + 1;
  const encode = encoder(axes);
  const categories = [...categoryCounts(axes), 0];
  const grow = (used: readonly ForestObservation[], targets: Float64Array): Forest => {
    const rows = used.map(({ point, budget }) => encode(point, Math.min(budget, cap)));
    return growForest({ columns: transpose(rows, axes.length + 1), categories, targets }, TREES, rng);
  };

  const logOf = new Map<ForestObservation, number>(finished.map((observation, i) => [observation, logs[i]!]));
  const median = Float64Array.from(logs).sort()[logs.length >> 1]!;
  // Open trials get the median, so that their neighbourhood does not attract more trials.
  const forest = grow(
    compared,
    Float64Array.from(compared, (observation) => logOf.get(observation) ?? median),
  );
  const ended = observations.filter(({ loss }) => loss !== undefined);
  const failures =
    compared.length < observations.length
      ? grow(
          ended,
          Float64Array.from(ended, ({ loss }) => Number(loss === 'infeasible')),
        )
      : undefined;

  const highest = observations.reduce((most, { budget }) => Math.max(most, Math.min(budget, cap)), 0);
  const model = { forest, failures, encode: (point: Point) => encode(point, highest), lowest: 0 };
  const means = finished.map(({ point }) => predictAt(model, point).mean);
  return { ...model, lowest: means.reduce((a, b) => Math.min(a, b)) };
}

const hasLoss = (observation: ForestObservation): observation is ForestObservation & { readonly loss: number } =>
  typeof observation.loss === 'number';

export const predictAt = ({ forest, encode }: Omit<ForestModel, 'lowest'>, point: Point): ForestPrediction =>
  predictForest(forest, encode(point));

/** Above 0, since trees may agree and still be wrong. */
const MIN_SD = 1e-3;

/** Above 0, so that a space in which all trials failed so far still has an order. */
const MIN_FEASIBLE = 1e-3;

/** The probability that a trial neither fails nor violates a constraint. */
export const feasibility = ({ failures, encode }: ForestModel, point: Point): number =>
  failures ? 1 - predictForest(failures, encode(point)).mean : 1;

/** The log of the expected improvement over the lowest prediction, times the probability that the trial neither fails nor violates a constraint. */
export function logImprovement(model: ForestModel, point: Point): number {
  const { mean, variance } = predictAt(model, point);
  const sd = Math.max(MIN_SD, Math.sqrt(variance));
  return Math.log(sd) + logExpectedImprovement((model.lowest - mean) / sd) + Math.log(Math.max(MIN_FEASIBLE, feasibility(model, point)));
}
