import { index, type Rng, rngFor } from '../../numeric/random.ts';
import { SOBOL_DIMENSIONS, sobolPoints } from '../../numeric/sequences/sobol.ts';
import { type Axis, active, draw, type Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import { applyPriors } from '../lowDiscrepancy.ts';
import type { Incumbent } from './incumbent.ts';

/** Whether there is a derivative along an axis: it is a float without steps. */
export const isContinuousFloat = ({ kind, levels }: Axis): boolean => kind === 'float' && levels === undefined;
/** Whether finite differences along an axis have a meaning. */
export const isOrdered = ({ ordered }: Axis): boolean => ordered;

/** The axes along which a descent moves from a point: those that are active, suitable, and not the condition of another axis. */
export function movableAxes(axes: readonly Axis[], point: Point, isSuitable: (axis: Axis) => boolean): number[] {
  const on = active(axes, point);
  const conditions = new Set(axes.map(({ when }) => when?.axis));
  return [...axes.keys()].filter((i) => on[i] && !conditions.has(i) && isSuitable(axes[i]!));
}

/** The point with the coordinates of some axes replaced. */
export function withCoordinates(point: Point, axes: readonly number[], to: ArrayLike<number>): Point {
  const next = [...point];
  axes.forEach((axis, k) => {
    next[axis] = to[k]!;
  });
  return next;
}

/** The coordinates of a point along some axes. */
export const coordinates = (point: Point, axes: readonly number[]): Float64Array => Float64Array.from(axes, (axis) => point[axis]!);

/** The factor by which each try shortens a step that leads to an infeasible point. */
const SHORTENING = 0.7;

/** A step from one point to another after some failed tries; each makes it shorter. */
export function shortened(from: Point, to: Point, tries: number): Point {
  if (tries === 0) return to;
  const length = SHORTENING ** tries;
  return from.map((u, i) => u + length * (to[i]! - u));
}

/** A sequence of starts that parallel descents share. */
export interface StartSequence {
  /** The path of the strategy that the descents belong to. */
  readonly family: string;
  /** Which of the descents takes the starts, from 0. */
  readonly index: number;
  readonly count: number;
}

/** The n-th start of a descent, from 1: a Sobol point, transformed by the priors. */
export function startPoints(env: Env, { family, index, count }: StartSequence): (n: number) => Point {
  const path = `${family}/start`;
  const position = (n: number) => index + (n - 1) * count;
  if (env.axes.length > SOBOL_DIMENSIONS) return (n) => env.snap(draw(env.axes, rngFor(env.seed, path, position(n))));
  const uniform = sobolPoints(env.axes.length, rngFor(env.seed, path, 0));
  return (n) => applyPriors(env, uniform(position(n)));
}

/** The start with everything that a descent cannot change, such as choices and their children, taken from the incumbent. */
export function keepImmovable(env: Env, incumbent: Incumbent | undefined, start: Point, isSuitable: (axis: Axis) => boolean): Point {
  if (!incumbent) return start;
  const movable = movableAxes(env.axes, incumbent.point, isSuitable);
  return movable.length === 0 ? start : env.snap(withCoordinates(incumbent.point, movable, coordinates(start, movable)));
}

/** The share of the parameters that a later descent begins with at other values. */
const CHANGED = 1 / 3;

/**
 * Where a later descent begins: at the best trial, with some of its coordinates, at least one, taken from a start (basin hopping, Wales & Doye 1997).
 * A loss with many minima often is a sum over few parameters each, and then the coordinates that are already good stay so.
 */
export function hop(env: Env, incumbent: Incumbent, start: Point, isSuitable: (axis: Axis) => boolean, rng: Rng): Point {
  const movable = movableAxes(env.axes, incumbent.point, isSuitable).filter((axis) => start[axis] !== incumbent.point[axis]);
  const certain = index(rng, movable.length);
  const changed = movable.filter((_, k) => rng() < CHANGED || k === certain);
  return changed.length === 0 ? start : env.snap(withCoordinates(incumbent.point, changed, coordinates(start, changed)));
}
