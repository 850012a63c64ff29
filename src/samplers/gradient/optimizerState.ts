import { differenceStep } from '../../numeric/descent/differences.ts';
import {
  averagingWeight,
  hypergradientFactor,
  type Moments,
  rateDecay,
  type UpdateRule,
  updateDirection,
  zeroMoments,
} from '../../numeric/descent/firstOrder.ts';
import { maxNorm } from '../../numeric/descent/projected.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import type { Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { Iterate } from './iterate.ts';
import type { Slopes } from './probes.ts';
import { limitStep, type Secants } from './secants.ts';

/** Where gradients come from: the trainer, simultaneous perturbation, or finite differences. */
export type GradientSource = 'told' | 'spsa' | 'differences';

/** The state of a stochastic gradient descent. */
export interface OptimizerState {
  /** The axes along which it moves. All vectors here have one coordinate for each. */
  readonly axes: readonly number[];
  /** The feasible point that the current round evaluates. */
  readonly centre: Point;
  /** The coordinates of `centre`. */
  readonly x: Float64Array;
  /** The last iterate that was not worse than the one before it. */
  readonly accepted: Iterate;
  readonly steps: number;
  readonly moments: Moments;
  /** The size of the first gradient. */
  readonly gradientScale: number;
  /** The factor by which blocking and hypergradients have changed the rate. */
  readonly rateFactor: number;
  readonly lastDirection?: Float64Array;
  /** The running average of the accepted iterates. */
  readonly average: Float64Array;
  /** The step at which the average was last tried. */
  readonly averagedAt: number;
  /** How many steps in a row were shorter than the tolerance. */
  readonly shortSteps: number;
  /** How many steps in a row were slow, and how long the last step was. */
  readonly slowSteps: number;
  readonly lastStep: number;
  /** What limits steps of `adam` along reported gradients. */
  readonly secants?: Secants | undefined;
  /** The standard deviation of the loss at one point; undefined until it is known. */
  readonly noise: number | undefined;
  /** Second derivatives, as weighted sums, and the sums of the weights. */
  readonly curvatureSums: Float64Array;
  readonly curvatureWeights: Float64Array;
}

export function startOptimizer(iterate: Iterate, axes: readonly number[], noise: number | undefined): OptimizerState {
  const zeros = () => new Float64Array(axes.length);
  return {
    axes,
    centre: iterate.point,
    x: iterate.x,
    accepted: iterate,
    steps: 0,
    moments: zeroMoments(axes.length),
    gradientScale: 0,
    rateFactor: 1,
    average: iterate.x,
    averagedAt: 0,
    shortSteps: 0,
    slowSteps: 0,
    lastStep: 0,
    noise,
    curvatureSums: zeros(),
    curvatureWeights: zeros(),
  };
}

export const noiseLevel = ({ noise = 0 }: OptimizerState): number => noise;

/** The factor by which the weights of old second derivatives fall with each new one. */
const CURVATURE_DECAY = 0.8;

/** Averages second derivatives, weighted by their inverse variance, which is proportional to the fourth power of the distance of the probes. */
export function updateCurvature(optimizer: OptimizerState, { curvature }: Slopes, distances: Float64Array): OptimizerState {
  const weight = (k: number) => distances[k]! ** 4;
  const known = (k: number) => !Number.isNaN(curvature[k]!);
  return {
    ...optimizer,
    curvatureSums: optimizer.curvatureSums.map((sum, k) => (known(k) ? CURVATURE_DECAY * sum + weight(k) * curvature[k]! : sum)),
    curvatureWeights: optimizer.curvatureWeights.map((sum, k) => (known(k) ? CURVATURE_DECAY * sum + weight(k) : sum)),
  };
}

/** Distances of probes without noise, as fractions of the range. */
const NOISELESS_DISTANCES: Readonly<Record<GradientSource, number>> = { told: 1e-3, differences: 1e-3, spsa: 1e-2 };
/** Bounds of the distances with noise. */
const [MIN_DISTANCE, MAX_DISTANCE] = [0.01, 0.1];

/** The distance of the probes along each axis: far enough for the noise, near enough for the curvature, and at least one level. */
export const probeDistances = (env: Env, optimizer: OptimizerState, source: GradientSource): Float64Array => {
  const { noise, curvatureSums, curvatureWeights } = optimizer;
  return Float64Array.from(optimizer.axes, (axis, k) => {
    const { levels } = env.axes[axis]!;
    const distance =
      noise === 0
        ? NOISELESS_DISTANCES[source]
        : noise === undefined || curvatureWeights[k] === 0
          ? MAX_DISTANCE
          : differenceStep(noise, curvatureSums[k]! / curvatureWeights[k]!, MIN_DISTANCE, MAX_DISTANCE);
    return levels ? Math.max(distance, 1 / levels.count) : distance;
  });
};

/** The settings of `sgd` that decide how long steps are. */
export interface StepSettings {
  readonly rule: UpdateRule;
  readonly rate: number;
  readonly decay: number;
  /** How many steps the decay is planned for. */
  readonly steps: number;
  readonly hypergradient: number;
  readonly tolerance: number;
  readonly block: boolean;
}

/** Shorter steps are slow, as a fraction of the range. */
const SLOW = 0.03;

/** The factor by which a halved rate recovers with each accepted step, up to the original rate. */
const RECOVERY = 1.1;

/**
 * The next step: from the iterate or, if that is worse than noise explains, again from the last accepted one with half the rate (blocking,
 * Spall 2003, section 7.8.2).
 */
export function takeStep(optimizer: OptimizerState, iterate: Iterate, settings: StepSettings): OptimizerState {
  const { accepted } = optimizer;
  const noise = noiseLevel(optimizer);
  const worse = !(iterate.loss <= accepted.loss + 2 * Math.SQRT2 * noise);
  const blocked = optimizer.steps > 0 && (iterate.gradient === undefined || (settings.block && worse)) && accepted.gradient !== undefined;
  const from = blocked ? accepted : iterate;
  const gradient = from.gradient ?? accepted.gradient!;
  const gradientScale = optimizer.gradientScale > 0 ? optimizer.gradientScale : maxNorm(gradient) || 1;
  const adaptation =
    blocked || !optimizer.lastDirection ? 1 : hypergradientFactor(settings.hypergradient, gradient, optimizer.lastDirection);
  const rateFactor = blocked
    ? optimizer.rateFactor / 2
    : settings.hypergradient > 0
      ? optimizer.rateFactor * adaptation
      : Math.min(1, optimizer.rateFactor * RECOVERY);
  const moments = blocked ? zeroMoments(optimizer.axes.length) : optimizer.moments;
  const next = updateDirection(settings.rule, moments, gradient, gradientScale);
  const rate = settings.rate * rateFactor * rateDecay(optimizer.steps, settings.steps, settings.decay);
  const x = from.x.map((u, k) => clampUnit(u - limitStep(optimizer.secants, k, rate * next.direction[k]!, gradient[k]!)));
  const length = maxNorm(x.map((u, k) => u - from.x[k]!));
  const weight = averagingWeight(optimizer.steps + 1);
  return {
    ...optimizer,
    x,
    centre: from.point,
    accepted: { ...from, gradient, loss: from.loss + (blocked ? noise : 0) }, // the accepted loss may have been lucky
    steps: optimizer.steps + 1,
    moments: next.moments,
    gradientScale,
    rateFactor,
    lastDirection: next.direction,
    average: optimizer.average.map((a, k) => a + weight * (from.x[k]! - a)),
    shortSteps: length < settings.tolerance ? optimizer.shortSteps + 1 : 0,
    slowSteps: length < SLOW ? optimizer.slowSteps + 1 : 0,
    lastStep: length,
  };
}
