import { kendall, type Pair } from '../budgets/firstRung.ts';
import type { ObjectiveSpec } from '../facts/facts.ts';
import { lossOf } from '../ledger/settings.ts';
import { leaveOneOutMeans } from '../numeric/gp/leaveOneOut.ts';
import { predictMany } from '../numeric/gp/predict.ts';
import { features as featuresOf } from '../samplers/bo/features.ts';
import { addObservation, bestAndSpread, noObservations, trainingSetOf } from '../samplers/bo/observations.ts';
import { quantityModel } from '../samplers/bo/quantityModel.ts';
import { PLAIN_TRANSFORM, SINGLE_KERNEL } from '../samplers/bo/state.ts';
import type { Point } from '../space/axis.ts';
import type { Space } from '../space/space.ts';
import { bestFirst, highestBudget, type TrialRow } from '../study/trials.ts';

/** The trial whose configuration to deploy. */
export interface Recommendation<P> {
  readonly row: TrialRow<P>;
  /** The value that a repetition is expected to have, and the standard deviation of this expectation. Absent where no model can tell. */
  readonly expected?: { readonly mean: number; readonly sd: number };
}

/** More results only cost time: the best third of this many, and an even choice of the rest. */
const MOST = 300;
/** Below this agreement between the results and what the model predicts of each from the others, the lowest result is the better guess. */
const ENOUGH = 0.4;
/** So many standard deviations are added to the mean: the model is least certain of lone points, where it may only follow others. */
const CAUTION = 2;

/**
 * The configuration to deploy. With noise, the best result is a lucky one: of all that completed at the highest budget, this is the one with the
 * lowest upper bound of the posterior mean of a Gaussian process. Where that model predicts results badly, it is the best trial.
 *
 * @returns undefined if no trial qualifies
 */
export const recommendation = <P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): Recommendation<P> | undefined =>
  recommendations(space, objective, rows)[0];

/** Every configuration that could be recommended, the best first, each with one of its trials. */
export function recommendations<P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): Recommendation<P>[] {
  const known = candidates(objective, rows);
  const points = known.map(({ params }) => space.encode(params));
  const byResult = firstOfEach(points, [...known.keys()]).map((i) => ({ row: known[i]! }));
  const losses = capped(known.map(({ values }) => lossOf(objective, values![objective.name]!)));

  const features = featuresOf(space.axes);
  const observations = points.reduce(
    (all, point, i) => addObservation(SINGLE_KERNEL, features, PLAIN_TRANSFORM, all, { point, value: losses[i]! }),
    noObservations,
  );
  const model = quantityModel(features, PLAIN_TRANSFORM[0]!, 0, observations);
  const gp = model?.gps[0];
  if (!model || !gp) return byResult;
  const { transform, observed } = model;
  const left = leaveOneOutMeans(gp, transform.targets);
  if (kendall(losses.map((loss, i): Pair => [loss, left[i]!])) < ENOUGH) return byResult;

  const [means, variances] = [new Float64Array(known.length), new Float64Array(known.length)];
  predictMany(gp, trainingSetOf(features, observed, transform).points, known.length, means, variances);
  const bounds = means.map((mean, i) => mean + CAUTION * Math.sqrt(variances[i]!));
  const order = [...known.keys()].sort((a, b) => bounds[a]! - bounds[b]!);
  return firstOfEach(points, order).map((i) => ({
    row: known[i]!,
    expected: { mean: lossOf(objective, transform.restore(means[i]!)), sd: Math.sqrt(variances[i]!) / transform.slope(i) },
  }));
}

/** Some indices of points, without those of a point that occurred before. */
function firstOfEach(points: readonly Point[], indices: readonly number[]): number[] {
  const keys = new Set<string>();
  return indices.filter((i) => {
    const key = points[i]!.join();
    return !keys.has(key) && keys.add(key);
  });
}

/** The rows that a recommendation depends on, the best first: completed at the highest budget, and of very many a selection. */
export function candidates<P>(objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): TrialRow<P>[] {
  const sorted = bestFirst(rows, objective);
  const highest = highestBudget(sorted);
  const full = sorted.filter(({ budget = highest }) => budget === highest);
  return full.length > MOST ? bestAndSpread(full, MOST) : full;
}

/** Losses, the best first, of which those far above the median count as less: they hide the differences between good ones. */
function capped(losses: readonly number[]): number[] {
  const median = losses[losses.length >> 1]!;
  return losses.map((loss) => Math.min(loss, median + (median - losses[0]!)));
}
