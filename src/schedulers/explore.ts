import type { Env } from '../messages.ts';
import type { Rng } from '../numeric/random.ts';
import { type Axis, active, draw, type Point } from '../space/axis.ts';

export interface Explore {
  /** The probability that a parameter is drawn anew from its prior. */
  readonly resample: number;
  /** Otherwise an ordered one moves so far up or down, as a part of its range; by one value where its values are further apart. */
  readonly step: number;
  /** The axes that stay as they are. */
  readonly fixed: ReadonlySet<number>;
}

/** How often another neighbour is drawn in place of an infeasible one. */
const TRIES = 100;

/** A neighbour of a point (Jaderberg et al. 2017, section 4.1.1: perturb or resample); the point itself where no feasible one is found. */
export function explore({ axes, snap, feasible }: Env, from: Point, settings: Explore, rng: Rng): Point {
  const on = active(axes, from);
  for (let tries = 0; tries < TRIES; tries++) {
    const fresh = draw(axes, rng);
    const point = snap(axes.map((axis, i) => (settings.fixed.has(i) ? from[i]! : moved(axis, from[i]!, on[i]!, fresh[i]!, settings, rng))));
    if (feasible(point)) return point;
  }
  return from;
}

/** @param fresh a draw from the prior, for what did not exist before, too. */
function moved({ ordered, levels }: Axis, from: number, existed: boolean, fresh: number, { resample, step }: Explore, rng: Rng): number {
  const anew = rng() < resample;
  const up = rng() < 0.5;
  if (anew || !existed) return fresh;
  if (!ordered) return from;
  const gap = levels && levels.count > 1 ? 1 / levels.count : 0;
  return Math.min(1, Math.max(0, from + (up ? 1 : -1) * Math.max(step, gap)));
}
