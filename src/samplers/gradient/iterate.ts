import { StrategyError } from '../../errors.ts';
import type { Ended, Env } from '../../messages.ts';
import type { Point } from '../../space/axis.ts';
import { coordinates, moved } from './movableAxes.ts';
import { lossOf, type Slot } from './round.ts';

/** A point of a descent, and what is known of it. */
export interface Place {
  readonly point: Point;
  /** Along the axes of the descent; between levels, where the point itself lies on one. */
  readonly x: Float64Array;
  /** Infinite where the trial failed. */
  readonly loss: number;
  /** By the same coordinates; NaN where it is unknown. Absent where nothing is known of it. */
  readonly gradient?: Float64Array;
}

/** The coordinates of what was run: those that were wanted, but where the point was pulled elsewhere. */
export function coordinatesRun(env: Env, centre: Point, moving: readonly number[], wanted: Float64Array, point: Point): Float64Array {
  const snapped = env.snap(moved(centre, moving, wanted));
  return wanted.map((u, k) => (Math.abs(snapped[moving[k]!]! - point[moving[k]!]!) < 1e-9 ? u : point[moving[k]!]!));
}

/** The gradient that a trainer told, along the axes of a descent. */
export function toldGradient({ gradient }: Ended, moving: readonly number[]): Float64Array | undefined {
  const row = gradient?.[0];
  return row && coordinates(row, moving);
}

/** What is thrown where a gradient was promised and the result does not have it. */
export const unkept = ({ name }: Env, { id }: Ended): StrategyError =>
  new StrategyError(`${name} follows gradients, but trial ${id} completed without one for every float parameter`);

/** The losses of trials that have one. */
export const lossesOf = (slots: readonly Slot[]): number[] => slots.map(lossOf).filter((loss) => loss !== undefined);

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The standard deviation of a sample of two or more. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1));
}
