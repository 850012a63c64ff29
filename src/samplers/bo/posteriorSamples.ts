import type { Suggested } from '../../messages.ts';
import { amplitude } from '../../numeric/gp/kernel.ts';
import { asSeen, covarianceRow, type Posterior } from '../../numeric/gp/posterior.ts';
import { believe, meansAt } from '../../numeric/gp/predict.ts';
import { dominates } from '../../numeric/pareto.ts';
import type { Point } from '../../space/axis.ts';
import { BUDGET, type Features } from './features.ts';
import type { Model } from './observations.ts';

/** Each objective's model. */
export interface Modelled {
  readonly features: Features;
  readonly models: readonly Model[];
  readonly worlds: readonly World[];
}

/** One guess at the kernels: each objective's posterior, and what it expects at the highest budget. */
export interface World {
  readonly gps: readonly Posterior[];
  /** Where results were observed. */
  readonly means: readonly Float64Array[];
  /** Of the open points. */
  readonly expected: readonly (readonly number[])[];
}

/**
 * The worlds of some models, one for each sample of kernels, in which open trials count as if they had ended as expected.
 *
 * @returns undefined where no kernel serves all objectives
 */
export function worldsOf(features: Features, models: readonly Model[], open: readonly Suggested[]): readonly World[] | undefined {
  const observed = models[0]!.observed.map(({ point }) => point);
  const places = features.axes.includes(BUDGET) ? rowsOf(features, observed) : undefined; // else the means come with the posterior
  const opened = rowsOf(
    features,
    open.map(({ point }) => point),
  );
  const worlds = models[0]!.gps.map((_, i): World => {
    const gps = models.flatMap((of) => of.gps[i] ?? []);
    const means = gps.map((gp) => (places ? meansAt(gp, places, observed.length) : gp.means));
    const expected = gps.map((gp) => [...meansAt(gp, opened, open.length)]);
    for (const gp of gps) for (const { point, budget } of open) believe(gp, rowsOf(features, [point], budget));
    return { gps, means, expected };
  });
  const whole = worlds.filter(({ gps }) => gps.length === models.length);
  return whole.length > 0 ? whole : undefined;
}

/** Rows of features of some points, by default at the highest budget. */
function rowsOf(features: Features, points: readonly Point[], budget?: number): Float64Array {
  const rows = new Float64Array(points.length * features.width);
  for (const [i, point] of points.entries()) features.encode(point, rows, i * features.width, budget);
  return rows;
}

/** The points told that are expected to be dominated by the fewest others, without repetitions: with one objective, the best. */
export function goodPoints({ models, worlds }: Modelled, count: number): Point[] {
  const { observed } = models[0]!;
  const { means } = worlds[0]!;
  const badness = means.length === 1 ? means[0]! : dominations(means);
  const order = observed.map((_, i) => i).sort((a, b) => badness[a]! - badness[b]!);
  const good = new Map<string, Point>();
  for (const i of order) {
    if (good.size === count) break;
    good.set(keyOf(observed[i]!.point), observed[i]!.point);
  }
  return [...good.values()];
}

/** A prior correlation above this means the same to the model. 0.99 left near copies of good starts, each of which trained to the end. */
const CLOSE = 0.95;

/** Whether a point is so close to a known or open one that the model cannot tell them apart. */
export function closeness({ features, worlds }: Modelled): (point: Point) => boolean {
  const gp = worlds[0]!.gps[0]!;
  const signal = amplitude(gp.kernel);
  const row = new Float64Array(features.width);
  const covariances = new Float64Array(gp.size);
  return (point) => {
    features.encode(point, row);
    covarianceRow(gp, asSeen(gp, row, 1), 0, gp.size, covariances, 0);
    return covariances.some((covariance) => covariance > CLOSE * signal);
  };
}

/** By how many others each point is dominated. */
function dominations(means: readonly Float64Array[]): number[] {
  const rows = Array.from(means[0]!, (_, i) => means.map((of) => of[i]!));
  return rows.map((a) => rows.reduce((count, b) => count + Number(dominates(b, a)), 0));
}

export const keyOf = (point: Point): string => point.join();
