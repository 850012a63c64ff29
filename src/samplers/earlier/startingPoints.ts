import { standardise } from '../../numeric/outcomeTransform.ts';
import type { Rng } from '../../numeric/random.ts';
import type { Axis, Domain, Point } from '../../space/axis.ts';
import { negatedMean } from '../bo/acquisition.ts';
import { features as featuresOf } from '../bo/features.ts';
import { KernelFit } from '../bo/fit.ts';
import type { Observation } from '../bo/observation.ts';
import { bestAndSpread, MAX_FITTED, trainingSetOf } from '../bo/observations.ts';
import { posteriors } from '../bo/quantityModel.ts';
import { maximise } from '../bo/search.ts';
import { SINGLE_KERNEL } from '../bo/state.ts';
import type { EarlierResult } from './earlierResults.ts';

/** How many points are tried first. */
const COUNT = 5;
/** The least distance between them, so that they test different regions. */
const APART = 0.3;
/** The score of an average result. A lower limit would refuse the optimum of a study that has converged: most of its results are there, and share the scores. */
const AVERAGE = 0;
/** With fewer results, a model cannot be fitted. */
const FEWEST_RESULTS = 3;
/** How many of the best earlier points are perturbed. */
const PERTURBED_POINTS = 10;

/**
 * Points that should be tried first, by the results of earlier studies: those with the lowest posterior means of a Gaussian process on all of them, at
 * some distance from each other (compare the portfolios of Feurer et al. 2022, "Auto-Sklearn 2.0").
 */
export function startingPoints(domain: Domain, results: readonly EarlierResult[], rng: Rng): readonly Point[] {
  const sorted = results.filter(({ point }) => domain.feasible(point)).sort((a, b) => a.score - b.score);
  const chosen: Point[] = [];
  for (const { point, score } of candidates(domain, sorted, rng)) {
    if (chosen.length === COUNT || score > AVERAGE) break;
    if (chosen.every((other) => distance(domain.axes, point, other) >= APART)) chosen.push(point);
  }
  return chosen;
}

/** Points of the space with the scores that are expected of them, the lowest first. */
function candidates(domain: Domain, sorted: readonly EarlierResult[], rng: Rng): readonly EarlierResult[] {
  if (sorted.length < FEWEST_RESULTS) return sorted;
  const features = featuresOf(domain.axes);
  const observed = sorted.map(({ point, score }): Observation => ({ point, value: score }));
  const fitted = observed.length > MAX_FITTED ? bestAndSpread(observed, MAX_FITTED) : observed;
  const transform = standardised(observed);
  const { kernels } = new KernelFit(SINGLE_KERNEL, fitted.length, () => trainingSetOf(features, fitted, standardised(fitted)), undefined);
  const [gp] = posteriors(kernels, features, trainingSetOf(features, observed, transform), {});
  if (!gp) return sorted;
  const good = sorted.slice(0, PERTURBED_POINTS).map(({ point }) => point);
  const ranked = maximise([negatedMean(gp)], features, domain, good, rng, gp.size);
  return ranked.map(({ point, score }) => ({ point, score: transform.restore(-score) }));
}

const standardised = (observed: readonly Observation[]) => standardise(observed.map(({ value }) => value));

/** The Euclidean distance of two points, with a distance of 1 between different unordered values. */
function distance(axes: readonly Axis[], a: Point, b: Point): number {
  return Math.hypot(...axes.map(({ ordered }, i) => (ordered ? a[i]! - b[i]! : Number(a[i] !== b[i]))));
}
