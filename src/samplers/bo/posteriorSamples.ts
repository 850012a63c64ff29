import { priorVariance } from '../../numeric/gp/kernel.ts';
import { covarianceRow, type Posterior } from '../../numeric/gp/posterior.ts';
import { addFantasy, meansAt } from '../../numeric/gp/predict.ts';
import { dominates } from '../../numeric/pareto/domination.ts';
import type { Point } from '../../space/axis.ts';
import type { Suggested } from '../../strategy/messages.ts';
import { BUDGET, type Features } from './features.ts';
import type { QuantityModel } from './quantityModel.ts';

/** The models of all objectives. */
export interface FittedModels {
  readonly features: Features;
  readonly models: readonly QuantityModel[];
  readonly samples: readonly KernelSample[];
}

/** One sample of the kernels: the posterior of each objective, and the means that it predicts at the highest budget. */
export interface KernelSample {
  readonly gps: readonly Posterior[];
  /** At the observed points, by objective. */
  readonly means: readonly Float64Array[];
  /** At the points of open trials, by objective. */
  readonly expected: readonly (readonly number[])[];
}

/**
 * The posteriors for each sample of kernels, to which open trials are added as fantasies: with the results that they are expected to have.
 *
 * @returns undefined if no sample has a kernel for every objective
 */
export function posteriorSamples(
  features: Features,
  models: readonly QuantityModel[],
  open: readonly Suggested[],
): readonly KernelSample[] | undefined {
  const observed = models[0]!.observed.map(({ point }) => point);
  const atHighestBudget = features.axes.includes(BUDGET) ? rowsOf(features, observed) : undefined; // without budgets, posteriors have the means
  const openRows = rowsOf(
    features,
    open.map(({ point }) => point),
  );
  const samples = models[0]!.gps.map((_, i): KernelSample => {
    const gps = models.flatMap((model) => model.gps[i] ?? []);
    const means = gps.map((gp) => (atHighestBudget ? meansAt(gp, atHighestBudget, observed.length) : gp.means));
    const expected = gps.map((gp) => [...meansAt(gp, openRows, open.length)]);
    for (const gp of gps) for (const { point, budget } of open) addFantasy(gp, rowsOf(features, [point], budget));
    return { gps, means, expected };
  });
  const complete = samples.filter(({ gps }) => gps.length === models.length);
  return complete.length > 0 ? complete : undefined;
}

/** The features of some points, by default at the highest budget. */
function rowsOf(features: Features, points: readonly Point[], budget?: number): Float64Array {
  const rows = new Float64Array(points.length * features.width);
  for (const [i, point] of points.entries()) features.encode(point, rows, i * features.width, budget);
  return rows;
}

/** The distinct observed points with the lowest means; with several objectives, those that the fewest others are expected to dominate. */
export function bestPoints({ models, samples }: FittedModels, count: number): Point[] {
  const { observed } = models[0]!;
  const { means } = samples[0]!;
  const badness = means.length === 1 ? means[0]! : dominationCounts(means);
  const order = observed.map((_, i) => i).sort((a, b) => badness[a]! - badness[b]!);
  const best = new Map<string, Point>();
  for (const i of order) {
    if (best.size === count) break;
    best.set(keyOf(observed[i]!.point), observed[i]!.point);
  }
  return [...best.values()];
}

/** A higher prior correlation makes two points the same to the model. With 0.99, near copies of good starts were still trained to the end. */
const MAX_CORRELATION = 0.95;

/** The same for points that are that close to the incumbent, the lowest observation: without it, smooth problems are not refined. */
const MAX_CORRELATION_AT_INCUMBENT = 0.99;

/** Tells whether a point is so close to an observed or open one that the model of the first objective cannot distinguish them. */
export function closenessTo({ models, features, samples }: FittedModels): (point: Point) => boolean {
  const gp = samples[0]!.gps[0]!;
  const variance = priorVariance(gp.kernel);
  const row = new Float64Array(features.width);
  const covariances = new Float64Array(gp.size);
  const { observed } = models[0]!;
  const incumbent = observed.reduce((best, { value }, i) => (value < observed[best]!.value ? i : best), 0);
  return (point) => {
    features.encode(point, row);
    covarianceRow(gp, row, 0, gp.size, covariances, 0);
    const isAtIncumbent = covariances[incumbent]! > MAX_CORRELATION * variance;
    const most = (isAtIncumbent ? MAX_CORRELATION_AT_INCUMBENT : MAX_CORRELATION) * variance;
    return covariances.some((covariance) => covariance > most);
  };
}

/** How many others dominate each point. */
function dominationCounts(means: readonly Float64Array[]): number[] {
  const rows = Array.from(means[0]!, (_, i) => means.map((ofObjective) => ofObjective[i]!));
  return rows.map((a) => rows.reduce((count, b) => count + Number(dominates(b, a)), 0));
}

export const keyOf = (point: Point): string => point.join();
