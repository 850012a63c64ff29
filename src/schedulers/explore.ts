import type { Rng } from '../numeric/random.ts';
import { clampUnit } from '../numeric/vectors.ts';
import { type Axis, active, draw, type Point } from '../space/axis.ts';
import type { Env } from '../strategy/env.ts';

/** The probability that a parameter of a clone is drawn from its prior instead of moved by a step, as in Ray Tune. */
const RESAMPLED = 0.25;
/** The size of a step, as a fraction of the parameter's range; at least to the neighbouring value. */
const STEP = 0.1;

/** How often another neighbour is drawn in place of an infeasible one. */
const TRIES = 100;

/**
 * A neighbour of a point (Jaderberg et al. 2017, section 4.1.1: perturb or resample); the point itself if no feasible one is found.
 *
 * @param fixed the axes that do not change
 */
export function explore({ axes, snap, feasible }: Env, from: Point, fixed: ReadonlySet<number>, rng: Rng): Point {
  const on = active(axes, from);
  for (let tries = 0; tries < TRIES; tries++) {
    const fresh = draw(axes, rng);
    const point = snap(axes.map((axis, i) => (fixed.has(i) ? from[i]! : moved(axis, from[i]!, on[i]!, fresh[i]!, rng))));
    if (feasible(point)) return point;
  }
  return from;
}

/** @param fresh a draw from the prior, which is also used if the axis was inactive before. */
function moved({ ordered, levels }: Axis, from: number, existed: boolean, fresh: number, rng: Rng): number {
  const resampled = rng() < RESAMPLED;
  const up = rng() < 0.5;
  if (resampled || !existed) return fresh;
  if (!ordered) return from;
  const gap = levels && levels.count > 1 ? 1 / levels.count : 0;
  return clampUnit(from + (up ? 1 : -1) * Math.max(STEP, gap));
}
