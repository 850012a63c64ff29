import { type Axis, active, type Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { RungResults } from '../budgets/rungResults.ts';
import { type AcquisitionTerm, expectedImprovement, logMeanTerm, logProbabilityBelow, negatedMean } from './acquisition.ts';
import type { Features } from './features.ts';
import { hypervolumeImprovement } from './hypervolume.ts';
import { conditioningSet, type QuantityObservations } from './observations.ts';
import type { FittedModels, KernelSample } from './posteriorSamples.ts';
import { quantityModel } from './quantityModel.ts';
import { inverseBudgetTerm } from './scores.ts';
import { type BoState, PLAIN_TRANSFORM } from './state.ts';

/** Below this ratio of slow to fast trials, improvement per second found worse values within the same time than improvement. */
const UNEVEN = 3;
/**
 * The weight of the prior is the square of this over the number of results. With beta / n, as in piBO, priors with their centres at the wrong ends of five
 * axes were not forgotten after 100 results, and right ones helped no more.
 */
const PRIOR_RESULTS = 10;
/**
 * The weight of the log probability of success. Where no trial has completed, the model of losses has no data, and the acquisition is high.
 * Where half of the space failed, a third of the suggestions 23 to 40 failed with 1, and a ninth with 4; the best results were no worse.
 */
const FAILURE_AVERSION = 4;

interface TermOptions {
  readonly costAware: boolean;
  /** Results by configuration and budget; undefined if all budgets are equal. */
  readonly resultsOf: (state: BoState) => RungResults | undefined;
}

/**
 * What `bo` maximises is the sum of these terms: the improvement, the probabilities that constraints hold and that the trial does not fail, the prior,
 * and the inverse cost and budget, all as logarithms.
 */
export function acquisitionTerms(
  { axes, rungs }: Env,
  { costAware, resultsOf }: TermOptions,
): (state: BoState, fitted: FittedModels) => AcquisitionTerm[] {
  const hasPriors = axes.some(({ prior }) => prior);

  /** The acquisition for one sample of the kernels; empty if no observed point satisfies the constraints. */
  function lossTerms({ gps, means, expected }: KernelSample, { models }: FittedModels): AcquisitionTerm[] {
    const [first, second] = means.map((mean, k) => [...mean.filter((_, i) => !models[k]!.observed[i]!.violating), ...expected[k]!]);
    if (first!.length === 0) return [];
    const gp = gps[0]!;
    if (second)
      return [
        hypervolumeImprovement(
          [gp, gps[1]!],
          first!.map((x, i) => [x, second[i]!]),
        ),
      ];
    const best = first!.reduce((a, b) => Math.min(a, b));
    return [expectedImprovement(gp, best)];
  }

  /** The probability that a quantity is at most 0. */
  function feasibilityTerm(features: Features, observations: QuantityObservations, weight = 1): AcquisitionTerm[] {
    const model = quantityModel(features, PLAIN_TRANSFORM[0]!, 0, observations);
    return model ? [logProbabilityBelow(model.gps[0]!, model.transform.target(0), weight)] : [];
  }

  function costTerm(features: Features, { seconds }: BoState): AcquisitionTerm[] {
    const model = costAware && areUneven(seconds) ? quantityModel(features, PLAIN_TRANSFORM[0]!, 0, seconds) : undefined;
    return model ? [negatedMean(model.gps[0]!, 1 / model.transform.slope(0))] : [];
  }

  function budgetTerm(state: BoState, { models, samples }: FittedModels): AcquisitionTerm[] {
    const results = resultsOf(state);
    return results && rungs ? inverseBudgetTerm(samples[0]!.gps[0]!, rungs, results, models[0]!.transform) : [];
  }

  function improvementTerm(fitted: FittedModels): AcquisitionTerm[] {
    const terms = fitted.samples.flatMap((sample) => lossTerms(sample, fitted));
    return terms.length > 0 ? [logMeanTerm(terms)] : [];
  }

  return (state, fitted) => [
    ...improvementTerm(fitted),
    ...state.constraints.flatMap((constraint) => feasibilityTerm(fitted.features, constraint)),
    ...(state.failed > 0 ? feasibilityTerm(fitted.features, state.failures, FAILURE_AVERSION) : []),
    ...(hasPriors ? [priorTerm(axes, fitted.features, (PRIOR_RESULTS / fitted.models[0]!.observed.length) ** 2)] : []),
    ...costTerm(fitted.features, state),
    ...budgetTerm(state, fitted),
  ];
}

/** Whether of ten trials, the second slowest took much longer than the second fastest. @param seconds their logs */
function areUneven(seconds: QuantityObservations): boolean {
  const sorted = conditioningSet(seconds.observed)
    .map(({ value }) => value)
    .sort((a, b) => a - b);
  const tenth = Math.floor(sorted.length / 10);
  return sorted.length > 0 && sorted.at(-1 - tenth)! - sorted[tenth]! >= Math.log(UNEVEN);
}

/** The lowest log density that counts, since a prior may be wrong. */
const MIN_LOG_DENSITY = Math.log(1e-12);
const STEP = 1e-5;

/**
 * The user's prior over good configurations as a factor of the acquisition function (Hvarfner et al., "piBO", ICLR 2022, eq. 6): `weight` times its
 * log density.
 */
export function priorTerm(axes: readonly Axis[], features: Features, weight: number): AcquisitionTerm {
  const at = (i: number, x: number) => Math.max(MIN_LOG_DENSITY, axes[i]!.prior?.logDensity(x) ?? 0);
  const total = (point: Point, on: readonly boolean[]) => point.reduce((sum, x, i) => (on[i] ? sum + at(i, x) : sum), 0);
  return {
    add(rows, count, scores) {
      for (let k = 0; k < count; k++) {
        const point = features.decode(rows, k * features.width);
        scores[k]! += weight * total(point, active(axes, point));
      }
    },
    slope(row, gradient) {
      const point = features.decode(row);
      const on = active(axes, point);
      for (let c = 0; c < features.ordered; c++) {
        const i = features.axes[c]!;
        if (!on[i] || !axes[i]!.prior) continue;
        const [low, high] = [Math.max(0, point[i]! - STEP), Math.min(1, point[i]! + STEP)];
        gradient[c]! += (weight * (at(i, high) - at(i, low))) / (high - low);
      }
      return weight * total(point, on);
    },
  };
}
