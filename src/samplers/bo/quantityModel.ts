import type { Derivatives } from '../../numeric/gp/derivatives.ts';
import type { Kernels } from '../../numeric/gp/fit.ts';
import { kernelFromLogs, shrinkLengthscales } from '../../numeric/gp/kernel.ts';
import type { TrainingSet } from '../../numeric/gp/likelihood.ts';
import { type Posterior, posterior } from '../../numeric/gp/posterior.ts';
import type { OutcomeTransform } from '../../numeric/outcomeTransform.ts';
import type { Features } from './features.ts';
import type { Observation } from './observation.ts';
import { conditioningSet, type QuantityObservations, type TransformFitter, trainingSetOf } from './observations.ts';

/** Gaussian processes for one quantity. */
export interface QuantityModel {
  /** One for the most probable kernel, or one per sampled kernel. */
  readonly gps: readonly Posterior[];
  readonly transform: OutcomeTransform;
  /** The observations that the model is conditioned on. */
  readonly observed: readonly Observation[];
  /** The loss at one budget that explains a target; only if results have several budgets. */
  readonly explain?: (target: number) => Explanation;
}

/** What a target means as a loss at a budget. */
export interface Explanation {
  readonly budget: number;
  readonly loss: number;
  /** How much the loss changes with the target, near this one. */
  readonly slope: number;
}

export interface ModelOptions {
  /** How many fantasies can be added. */
  readonly fantasies?: number;
  /** Divides the squared length-scales. */
  readonly lengthscaleShrinkage?: number;
  /** An earlier model. If it has the same kernel and differs only by the last observations, it saves work. */
  readonly previous?: QuantityModel | undefined;
}

/**
 * @param k the index of the transform
 * @returns undefined if there are too few observations, or no kernel can be fitted to them
 */
export function quantityModel(
  features: Features,
  fitTransform: TransformFitter,
  k: number,
  { observed, fits }: QuantityObservations,
  options: ModelOptions = {},
): QuantityModel | undefined {
  const kernels = fits[k]?.kernelsFor(features) ?? [];
  if (kernels.length === 0) return undefined;
  const used = conditioningSet(observed).slice();
  const transform = fitTransform(used.map(({ value }) => value));
  const trainingSet = { ...trainingSetOf(features, used, transform), derivatives: observedDerivatives(features, used, transform) };
  const gps = posteriors(kernels, features, trainingSet, options);
  return gps.length > 0 ? { gps, transform, observed: used } : undefined;
}

/** The posteriors for the sampled kernels or, if there are none, for the most probable one. */
export function posteriors(kernels: Kernels, features: Features, trainingSet: TrainingSet, options: ModelOptions): Posterior[] {
  const { fantasies = 0, lengthscaleShrinkage = 1, previous } = options;
  return (kernels.length > 1 ? kernels.slice(1) : kernels).flatMap((logs, i) => {
    const kernel = shrinkLengthscales(kernelFromLogs(logs, features), lengthscaleShrinkage);
    return posterior(trainingSet, kernel, fantasies, previous?.gps[i]) ?? [];
  });
}

/** Each derivative costs as much as a value, so not more are used than this. */
const MAX_DERIVATIVES = 200;

/** The observed derivatives, of the lowest values first: slopes matter most where the minimum is sought. */
function observedDerivatives(features: Features, observed: readonly Observation[], transform: OutcomeTransform): Derivatives | undefined {
  const best = observed.map((_, i) => i).filter((i) => observed[i]!.gradient);
  best.sort((a, b) => observed[a]!.value - observed[b]!.value);
  const at: number[] = [];
  const columns: number[] = [];
  const targets: number[] = [];
  for (const i of best) {
    const { point, gradient } = observed[i]!;
    const continuous = features.continuous(point);
    if (at.length + continuous.length > MAX_DERIVATIVES) break;
    for (const c of continuous) {
      at.push(i);
      columns.push(c);
      targets.push(gradient![features.axes[c]!]! * transform.slope(i));
    }
  }
  if (at.length === 0 || !targets.every(Number.isFinite)) return undefined;
  return { at: Int32Array.from(at), columns: Int32Array.from(columns), targets: Float64Array.from(targets) };
}
