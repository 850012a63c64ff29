import { type Posterior, posterior } from '../../numeric/gp/posterior.ts';
import { rngFor } from '../../numeric/random.ts';
import { expectedImprovement } from '../../samplers/bo/acquisition.ts';
import type { Observation } from '../../samplers/bo/observation.ts';
import { trainingSetOf } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import { maximise } from '../../samplers/bo/search.ts';
import type { Domain, Point } from '../../space/axis.ts';
import type { ResultModel } from './resultModel.ts';

/** How many of the best points are perturbed to get candidates. */
const PERTURBED = 10;

/** The results that a gain is measured from, the best first, with their losses. */
export interface GainEvidence {
  readonly points: readonly Point[];
  readonly losses: readonly number[];
  /** Configurations that were given up at a lower budget, and the loss they had there. */
  readonly givenUp: readonly Observation[];
}

/**
 * The largest expected improvement of the model over the configurations that were not tried, as a share of the lead that the best result has over the median
 * one. As a rule for stopping: Nguyen et al., "Regret for expected improvement over the best-observed value and stopping condition" (ACML 2017).
 * Only small shares tell something: larger ones were no forecast of what further trials gained, see docs/benchmarks.md.
 *
 * @returns undefined if the best result is no better than the median one
 */
export function expectedGain(domain: Domain, model: ResultModel, { points, losses, givenUp }: GainEvidence): number | undefined {
  const median = losses[losses.length >> 1]!;
  const lead = median - losses[0]!;
  if (!(lead > 0)) return undefined;
  const { features, transform } = model;
  const gp = withoutImprovement(model, givenUp, median, median + lead);
  const tried = new Set([...points, ...givenUp.map(({ point }) => point)].map(keyOf));
  const terms = [expectedImprovement(gp, Math.min(...gp.means))];
  const ranked = maximise(terms, features, domain, points.slice(0, PERTURBED), rngFor('expected gain', '', points.length), gp.size);
  const best = ranked.find(({ point }) => !tried.has(keyOf(point)));
  const improvement = best === undefined ? 0 : Math.exp(best.score) / transform.slope(0);
  const value = Math.min(improvement, losses[0]! - lowestPossible([...losses, ...givenUp.map(({ value }) => value)]));
  return value / lead;
}

/**
 * The model, conditioned also on what was given up: its final loss is unknown, but trials that are given up are rarely better than the median of
 * those that complete. As for the model, a loss above `highest` counts as equal to it.
 */
function withoutImprovement(
  { gp, features, observed, transform }: ResultModel,
  givenUp: readonly Observation[],
  lowest: number,
  highest: number,
): Posterior {
  if (givenUp.length === 0) return gp;
  const all = [
    ...observed,
    ...givenUp.map(({ point, value }) => ({ point, value: Math.min(Math.max(value, lowest), highest), stderr: highest - lowest })),
  ];
  const targets = Float64Array.from(all, ({ value }) => transform.target(value));
  return posterior(trainingSetOf(features, all, { ...transform, targets }), gp.kernel) ?? gp;
}

/**
 * The lowest loss that further trials can have: 0 if no loss was below it, as with errors; -1 if all are between -1 and 0, as with an accuracy that
 * is maximised.
 */
function lowestPossible(losses: readonly number[]): number {
  const lowest = Math.min(...losses);
  if (lowest >= 0) return 0;
  return lowest >= -1 && Math.max(...losses) <= 0 ? -1 : Number.NEGATIVE_INFINITY;
}
