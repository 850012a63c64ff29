import { rngFor } from '../numeric/random.ts';
import { expectedImprovement } from '../samplers/bo/acquisition.ts';
import { keyOf } from '../samplers/bo/posteriorSamples.ts';
import { maximise } from '../samplers/bo/search.ts';
import type { Domain, Point } from '../space/axis.ts';
import type { ResultModel } from './resultModel.ts';

/** The expected gain of further trials. */
export interface ExpectedGain {
  /** In the unit of the objective, at least 0. */
  readonly value: number;
  /** The same as a share of the lead that the best trial has over the median one. Below 0.01, it is hardly worth continuing. */
  readonly share: number;
}

/** How many of the best points are perturbed to get candidates. */
const PERTURBED = 10;

/**
 * The largest expected improvement of the model over the configurations that were not tried. As a rule for stopping: Nguyen et al., "Regret for
 * expected improvement over the best-observed value and stopping condition" (ACML 2017). docs/benchmarks.md shows how often it was right.
 *
 * @param points of the results, the best first
 * @param losses of the results, ascending
 * @returns undefined if the best result is no better than the median one
 */
export function expectedGain(
  domain: Domain,
  { gp, features, transform }: ResultModel,
  points: readonly Point[],
  losses: readonly number[],
): ExpectedGain | undefined {
  const lead = losses[losses.length >> 1]! - losses[0]!;
  if (!(lead > 0)) return undefined;
  const tried = new Set(points.map(keyOf));
  const terms = [expectedImprovement(gp, Math.min(...gp.means))];
  const ranked = maximise(terms, features, domain, points.slice(0, PERTURBED), rngFor('expected gain', '', points.length), points.length);
  const best = ranked.find(({ point }) => !tried.has(keyOf(point)));
  const value = best === undefined ? 0 : Math.exp(best.score) / transform.slope(0);
  return { value, share: value / lead };
}
