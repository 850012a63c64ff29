import { leaveOneOut } from '../../numeric/gp/leaveOneOut.ts';
import type { Posterior } from '../../numeric/gp/posterior.ts';
import { rngFor } from '../../numeric/random.ts';
import { expectedImprovement } from '../../samplers/bo/acquisition.ts';
import { type Features, features as featuresOf } from '../../samplers/bo/features.ts';
import { addObservation, noObservations } from '../../samplers/bo/observations.ts';
import { keyOf } from '../../samplers/bo/posteriorSamples.ts';
import { type QuantityModel, quantityModel } from '../../samplers/bo/quantityModel.ts';
import { maximise } from '../../samplers/bo/search.ts';
import { PLAIN_TRANSFORM, SINGLE_KERNEL } from '../../samplers/bo/state.ts';
import { kendall, type Pair } from '../../samplers/budgets/firstRung.ts';
import type { Axis, Domain, Point } from '../../space/axis.ts';

/** More results only cost time: of more, the best are used for a third of this number, and evenly spread others for the rest. */
export const MOST_RESULTS = 300;
/** Below this agreement between the results and the leave-one-out predictions of the model, the model is not used. */
const LEAST_AGREEMENT = 0.4;

/** A Gaussian process on the results of a study. */
export interface ResultModel extends Pick<QuantityModel, 'observed' | 'transform'> {
  readonly features: Features;
  readonly gp: Posterior;
  /** The root mean square of how far it predicts the better half of the results from all others. */
  readonly residual: number;
}

/**
 * The model of some results.
 *
 * @param losses ascending, one for each point
 * @returns undefined if there are too few results, or if it predicts them badly
 */
export function resultModel(axes: readonly Axis[], points: readonly Point[], losses: readonly number[]): ResultModel | undefined {
  const values = capped(losses);
  const features = featuresOf(axes);
  const observations = points.reduce(
    (all, point, i) => addObservation(SINGLE_KERNEL, features, PLAIN_TRANSFORM, all, { point, value: values[i]! }),
    noObservations,
  );
  const model = quantityModel(features, PLAIN_TRANSFORM[0]!, 0, observations);
  const gp = model?.gps[0];
  if (!model || !gp) return undefined;
  const { transform, observed } = model;
  const left = leaveOneOut(gp, transform.targets).means;
  if ((kendall(values.map((loss, i): Pair => [[loss], [left[i]!]])) ?? 0) < LEAST_AGREEMENT) return undefined;
  const better = values.slice(0, Math.max(1, values.length >> 1));
  const residual = Math.sqrt(better.reduce((sum, loss, i) => sum + (transform.restore(left[i]!) - loss) ** 2, 0) / better.length);
  return { features, gp, observed, transform, residual };
}

/** Losses, ascending; those far above the median are lowered, because they would hide the differences between good ones. */
function capped(losses: readonly number[]): number[] {
  const median = losses[losses.length >> 1]!;
  return losses.map((loss) => Math.min(loss, median + (median - losses[0]!)));
}

/** How many of the best points are perturbed to get candidates. */
const PERTURBED = 10;

/**
 * The largest improvement that a model expects of one configuration that was not tried, as a share of the lead of the best result over the median one. As a
 * rule for stopping: Nguyen et al., "Regret for expected improvement over the best-observed value and stopping condition" (ACML 2017). Only small shares
 * tell something: larger ones were no forecast of what further trials gained, see docs/benchmarks.md.
 *
 * @param points of results, the best result first
 */
export function expectedGain(domain: Domain, { gp, features, transform }: ResultModel, points: readonly Point[], lead: number): number {
  const terms = [expectedImprovement(gp, Math.min(...gp.means))];
  const ranked = maximise(terms, features, domain, points.slice(0, PERTURBED), rngFor('expected gain', '', points.length), gp.size);
  const tried = new Set(points.map(keyOf));
  const best = ranked.find(({ point }) => !tried.has(keyOf(point)));
  return best === undefined ? 0 : Math.exp(best.score) / transform.slope(0) / lead;
}
