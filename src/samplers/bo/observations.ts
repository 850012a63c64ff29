import type { FeatureLayout } from '../../numeric/gp/gaps.ts';
import type { TrainingSet } from '../../numeric/gp/likelihood.ts';
import { History } from '../../numeric/history.ts';
import type { OutcomeTransform } from '../../numeric/outcomeTransform.ts';
import type { Features } from './features.ts';
import { KernelFit, type KernelFitOptions } from './fit.ts';
import type { Observation } from './observation.ts';

/** Fits an outcome transform, such as `standardise`, to values. */
export type TransformFitter = (values: readonly number[]) => OutcomeTransform;

/**
 * The observations of one quantity, with the kernels fitted to them. Immutable and cheap to grow: a kernel is fitted when it is first needed. Kernels
 * are fitted to the first 3, 4, 5, 6, 8, 10, 12, 15, ... observations, each from where the previous fit ended. So a model is a function of the
 * observations, and not of when it was asked for.
 */
export interface QuantityObservations {
  readonly observed: History<Observation>;
  /** One per outcome transform; empty while there are too few observations. */
  readonly fits: readonly KernelFit[];
  /** The number of observations at which the next kernel is fitted. */
  readonly next: number;
}

export const FIRST_FIT = 3;
export const FIT_GROWTH = 1.2;
/** A kernel has few parameters: more observations than this only cost time. */
export const MAX_FITTED = 200;
/** Exact inference is cubic in the number of observations, so beyond `most` only `kept` of them stay. */
const SAME_BUDGET = { most: 1000, kept: 800 };
/** If budgets differ, results are many and cheap, and the model is used more often. */
export const SEVERAL_BUDGETS = { most: 400, kept: 300 };

export const noObservations: QuantityObservations = { observed: History.of(), fits: [], next: FIRST_FIT };

export function addObservation(
  options: KernelFitOptions,
  features: Features,
  transforms: readonly TransformFitter[],
  before: QuantityObservations,
  observation: Observation,
): QuantityObservations {
  const observed = before.observed.push(observation);
  if (observed.length < before.next) return { ...before, observed };
  const trainingSet = (transform: TransformFitter) => () => {
    const subset = selectSubset(observed.toArray(), MAX_FITTED);
    return trainingSetOf(features, subset, transform(subset.map(({ value }) => value)));
  };
  return {
    observed,
    fits: transforms.map((transform, k) => new KernelFit(options, observed.length, trainingSet(transform), before.fits[k])),
    next: Math.ceil(before.next * FIT_GROWTH),
  };
}

/** Whether there are enough observations for a model. */
export const canModel = ({ observed }: QuantityObservations): boolean => observed.length >= FIRST_FIT;

const budgetOf = ({ budget = Number.POSITIVE_INFINITY }: Observation): number => budget;

/** The higher budget first, which only good configurations reach; then the lower value. */
const compareObservations = (a: Observation, b: Observation): number =>
  budgetOf(a) === budgetOf(b) ? a.value - b.value : budgetOf(b) - budgetOf(a);

/** `count` of some items that are sorted best first: the best ones for a third of the count, and every n-th of the rest. */
export function bestAndSpread<T>(sorted: readonly T[], count: number): T[] {
  const best = Math.floor(count / 3);
  const stride = (sorted.length - best) / (count - best);
  return Array.from({ length: count }, (_, k) => sorted[k < best ? k : best + Math.floor((k - best) * stride)]!);
}

/** At most `count` observations, in their original order. */
function selectSubset(observed: readonly Observation[], count: number): readonly Observation[] {
  if (observed.length <= count) return observed;
  const order = observed.map((_, i) => i).sort((a, b) => compareObservations(observed[a]!, observed[b]!));
  const kept = bestAndSpread(order, count);
  return kept.sort((a, b) => a - b).map((i) => observed[i]!);
}

/** The observations that a model is conditioned on. Dropping some only now and then lets most models extend the previous one. */
export const conditioningSet = History.folding(
  (): Observation[] => [],
  (subset, observation: Observation) => {
    subset.push(observation);
    const { most, kept } =
      subset.length > SEVERAL_BUDGETS.most && subset.some(({ budget }) => budget !== subset[0]!.budget) ? SEVERAL_BUDGETS : SAME_BUDGET;
    if (subset.length > most) subset.splice(0, subset.length, ...selectSubset(subset, kept));
  },
);

export function trainingSetOf(features: Features, observed: readonly Observation[], transform: OutcomeTransform): TrainingSet {
  const points = new Float64Array(observed.length * features.width);
  for (const [i, { point, budget }] of observed.entries()) features.encode(point, points, i * features.width, budget);
  const variances = observed.some(({ stderr }) => stderr)
    ? Float64Array.from(observed, ({ stderr = 0 }, i) => (stderr * transform.slope(i)) ** 2)
    : undefined;
  const layout: FeatureLayout = { width: features.width, ordered: features.ordered };
  const { isNear = () => true } = transform;
  const logSlopes = Float64Array.from(observed, (_, i) => (isNear(i) ? Math.log(transform.slope(i)) : Number.NaN));
  return { features: layout, size: observed.length, points, targets: transform.targets, variances, logSlopes };
}
