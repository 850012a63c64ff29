import { StrategyError } from '../../errors.ts';
import type { Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ended } from '../../strategy/messages.ts';
import { coordinates, withCoordinates } from './movableAxes.ts';

/** A point of a descent, and its results. */
export interface Iterate {
  readonly point: Point;
  /** Coordinates along the axes of the descent. They may lie between levels, whereas the point is snapped. */
  readonly x: Float64Array;
  readonly loss: number;
}

export interface IterateWithGradient extends Iterate {
  /** Along the same axes; NaN where unknown. */
  readonly gradient: Float64Array;
}

/** The coordinates of an evaluated point: those that were intended, except where a retry moved the point. */
export function evaluatedCoordinates(env: Env, centre: Point, axes: readonly number[], intended: Float64Array, point: Point): Float64Array {
  const snapped = env.snap(withCoordinates(centre, axes, intended));
  return intended.map((u, k) => (Math.abs(snapped[axes[k]!]! - point[axes[k]!]!) < 1e-9 ? u : point[axes[k]!]!));
}

/** The gradient that the trainer reported, along the axes of a descent. */
export function reportedGradient({ gradient }: Ended, axes: readonly number[]): Float64Array | undefined {
  const row = gradient?.[0];
  return row && coordinates(row, axes);
}

/** The error for a result without the gradient that was promised. */
export const missingGradient = ({ name }: Env, { id }: Ended): StrategyError =>
  new StrategyError(`${name} follows gradients, but trial ${id} completed without one for every float parameter`);
