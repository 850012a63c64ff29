import type { Env } from '../../messages.ts';
import { differenceStep } from '../../numeric/differences.ts';
import { averagingWeight, decayed, direction, hypergradient, type Moments, noMoments, type Rule } from '../../numeric/firstOrder.ts';
import type { Point } from '../../space/axis.ts';
import type { Place } from './iterate.ts';
import type { Slopes } from './probes.ts';

/** Where gradients come from: the trainer, simultaneous perturbation, or finite differences. */
export type Source = 'told' | 'spsa' | 'differences';

/** A running descent. */
export interface Course {
  /** The axes along which it moves. */
  readonly moving: readonly number[];
  /** The feasible point that the running round is about. */
  readonly centre: Point;
  /** The same along those axes. */
  readonly x: Float64Array;
  /** The last place that was not worse than the one before it. */
  readonly accepted: Place;
  readonly steps: number;
  readonly moments: Moments;
  /** The size of the first gradient. */
  readonly scale: number;
  /** What the rate has been multiplied by. */
  readonly factor: number;
  readonly lastDirection?: Float64Array;
  /** The running average of the places that were accepted. */
  readonly average: Float64Array;
  /** The step at which it was tried last. */
  readonly averagedAt: number;
  /** How many steps in a row were shorter than the tolerance. */
  readonly still: number;
  /** Standard deviation of a loss, where it is known. */
  readonly noise: number | undefined;
  /** Second derivatives by axis, as weighted sums, and the weights. */
  readonly bends: Float64Array;
  readonly weights: Float64Array;
}

export function courseFrom(place: Place, moving: readonly number[], noise: number | undefined): Course {
  const zeros = () => new Float64Array(moving.length);
  return {
    moving,
    centre: place.point,
    x: place.x,
    accepted: place,
    steps: 0,
    moments: noMoments(moving.length),
    scale: 0,
    factor: 1,
    average: place.x,
    averagedAt: 0,
    still: 0,
    noise,
    bends: zeros(),
    weights: zeros(),
  };
}

export const noiseOf = ({ noise = 0 }: Course): number => noise;

/** How much of what was known of the curvature stays with each new look. */
const FORGETTING = 0.8;

/** Takes in second derivatives, each with the inverse of its variance, to which the fourth power of the probes' distance is proportional. */
export function lookingAt(course: Course, { curvature }: Slopes, distances: Float64Array): Course {
  const weight = (k: number) => distances[k]! ** 4;
  const known = (k: number) => !Number.isNaN(curvature[k]!);
  return {
    ...course,
    bends: course.bends.map((sum, k) => (known(k) ? FORGETTING * sum + weight(k) * curvature[k]! : sum)),
    weights: course.weights.map((sum, k) => (known(k) ? FORGETTING * sum + weight(k) : sum)),
  };
}

/** Distances of probes, as parts of the range. */
const EXACT: Readonly<Record<Source, number>> = { told: 1e-3, differences: 1e-3, spsa: 1e-2 };
const [LEAST, MOST] = [0.01, 0.1];

/** How far from the centre probes go along each axis: as far as noise demands and curvature allows, and a level at least. */
export const stepsAround = ({ axes }: Env, { moving, noise, bends, weights }: Course, source: Source): Float64Array =>
  Float64Array.from(moving, (axis, k) => {
    const { levels } = axes[axis]!;
    const step =
      noise === 0
        ? EXACT[source]
        : noise === undefined || weights[k] === 0
          ? MOST
          : differenceStep(noise, bends[k]! / weights[k]!, LEAST, MOST);
    return levels ? Math.max(step, 1 / levels.count) : step;
  });

/** How long steps are. */
export interface Pace {
  readonly rule: Rule;
  readonly rate: number;
  readonly decay: number;
  /** How many steps the decay is planned for. */
  readonly steps: number;
  readonly hypergradient: number;
  readonly tolerance: number;
  readonly block: boolean;
}

/** How much a rate that was halved recovers with each step that is not blocked. */
const RECOVERY = 1.1;

/**
 * One step on: from the place that has been looked at or, where that is worse than noise explains, from the last good one with half the rate
 * (blocking, Spall 2003, section 7.8.2).
 */
export function stepped(course: Course, place: Place, pace: Pace): Course {
  const { accepted } = course;
  const noise = noiseOf(course);
  const worse = !(place.loss <= accepted.loss + 2 * Math.SQRT2 * noise);
  const blocked = course.steps > 0 && (place.gradient === undefined || (pace.block && worse)) && accepted.gradient !== undefined;
  const from = blocked ? accepted : place;
  const gradient = from.gradient ?? accepted.gradient!;
  const scale = course.scale > 0 ? course.scale : largest(gradient) || 1;
  const turn = blocked || !course.lastDirection ? 1 : hypergradient(pace.hypergradient, gradient, course.lastDirection);
  const factor = blocked ? course.factor / 2 : pace.hypergradient > 0 ? course.factor * turn : Math.min(1, course.factor * RECOVERY);
  const moments = blocked ? noMoments(course.moving.length) : course.moments;
  const next = direction(pace.rule, moments, gradient, scale);
  const rate = pace.rate * factor * decayed(course.steps, pace.steps, pace.decay);
  const x = from.x.map((u, k) => Math.min(1, Math.max(0, u - rate * next.direction[k]!)));
  const length = largest(x.map((u, k) => u - from.x[k]!));
  const weight = averagingWeight(course.steps + 1);
  return {
    ...course,
    x,
    centre: from.point,
    accepted: { ...from, gradient, loss: from.loss + (blocked ? noise : 0) }, // a good place may have been a lucky one
    steps: course.steps + 1,
    moments: next.moments,
    scale,
    factor,
    lastDirection: next.direction,
    average: course.average.map((a, k) => a + weight * (from.x[k]! - a)),
    still: length < pace.tolerance ? course.still + 1 : 0,
  };
}

const largest = (v: Float64Array): number => v.reduce((most, u) => (Number.isNaN(u) ? most : Math.max(most, Math.abs(u))), 0);
