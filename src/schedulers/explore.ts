import type { Rng } from '../numeric/random.ts';
import { clampUnit } from '../numeric/vectors.ts';
import { fraction, probability } from '../schema/optionRules.ts';
import { optional, type SettingsOf } from '../schema/optionSet.ts';
import { type Axis, active, draw, type Point } from '../space/axis.ts';
import type { Env } from '../strategy/env.ts';

export const exploreOptions = {
  /** The probability that a parameter of a clone is drawn from its prior instead of moved by a step. Default: 0.25. */
  resample: optional(probability, 0.25),
  /** The size of such a step, as a fraction of the parameter's range; at least to the neighbouring value. Default: 0.1. */
  step: optional(fraction, 0.1),
};

export interface Explore extends SettingsOf<typeof exploreOptions> {
  /** The axes that do not change. */
  readonly fixed: ReadonlySet<number>;
}

/** How often another neighbour is drawn in place of an infeasible one. */
const TRIES = 100;

/** A neighbour of a point (Jaderberg et al. 2017, section 4.1.1: perturb or resample); the point itself if no feasible one is found. */
export function explore({ axes, snap, feasible }: Env, from: Point, settings: Explore, rng: Rng): Point {
  const on = active(axes, from);
  for (let tries = 0; tries < TRIES; tries++) {
    const fresh = draw(axes, rng);
    const point = snap(axes.map((axis, i) => (settings.fixed.has(i) ? from[i]! : moved(axis, from[i]!, on[i]!, fresh[i]!, settings, rng))));
    if (feasible(point)) return point;
  }
  return from;
}

/** @param fresh a draw from the prior, which is also used if the axis was inactive before. */
function moved({ ordered, levels }: Axis, from: number, existed: boolean, fresh: number, { resample, step }: Explore, rng: Rng): number {
  const resampled = rng() < resample;
  const up = rng() < 0.5;
  if (resampled || !existed) return fresh;
  if (!ordered) return from;
  const gap = levels && levels.count > 1 ? 1 / levels.count : 0;
  return clampUnit(from + (up ? 1 : -1) * Math.max(step, gap));
}
