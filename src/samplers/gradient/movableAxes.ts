import type { Env } from '../../messages.ts';
import { rngFor } from '../../numeric/random.ts';
import { SOBOL_DIMENSIONS, sobol } from '../../numeric/sobol.ts';
import { type Axis, active, draw, type Point } from '../../space/axis.ts';
import { applyPriors } from '../lowDiscrepancy.ts';
import type { Incumbent } from './incumbent.ts';

/** Whether an axis has a derivative: it is a float without steps. */
export const isSmooth = ({ kind, levels }: Axis): boolean => kind === 'float' && levels === undefined;
/** Whether a difference along an axis means something. */
export const isOrdered = ({ ordered }: Axis): boolean => ordered;

/** The axes along which a descent moves from a point: those that exist there, suit it, and do not decide which others exist. */
export function movable(axes: readonly Axis[], point: Point, suits: (axis: Axis) => boolean): number[] {
  const on = active(axes, point);
  const deciding = new Set(axes.map(({ when }) => when?.axis));
  return [...axes.keys()].filter((i) => on[i] && !deciding.has(i) && suits(axes[i]!));
}

/** A point with other coordinates at some places. */
export function moved(point: Point, at: readonly number[], to: ArrayLike<number>): Point {
  const next = [...point];
  at.forEach((axis, k) => {
    next[axis] = to[k]!;
  });
  return next;
}

/** The coordinates of a point at some places. */
export const coordinates = (point: Point, at: readonly number[]): Float64Array => Float64Array.from(at, (axis) => point[axis]!);

/** The way from a feasible point to another, as far as it stays feasible; each try goes a part of the way that is this much smaller. */
const SHORTER = 0.7;
const TRIES = 40;

const between = (from: Point, to: Point, part: number): Point => from.map((u, i) => u + part * (to[i]! - u));
/** Where a retry leads: nearer to a point that is known to be good. */
export const nearer = (from: Point, to: Point, retry: number): Point => (retry === 0 ? to : between(from, to, SHORTER ** retry));

/** The farthest of a few points on the way to another that is feasible. */
export function reachable(env: Env, from: Point, to: Point): Point {
  for (let tries = 0; tries < TRIES; tries++) {
    const point = nearer(from, to, tries);
    if (env.feasible(env.snap(point))) return point;
  }
  return from;
}

/** Several descents share one sequence of starts. */
export interface Lane {
  /** The path of the strategy that they belong to. */
  readonly family: string;
  /** Which of them it is, from 0. */
  readonly index: number;
  readonly count: number;
}

/** Where a descent starts, for its first time (1) and every later one: at a Sobol point, taken through the priors. */
export function startsOf(env: Env, { family, index, count }: Lane): (start: number) => Point {
  const path = `${family}/start`;
  const place = (start: number) => index + (start - 1) * count;
  if (env.axes.length > SOBOL_DIMENSIONS) return (start) => env.snap(draw(env.axes, rngFor(env.seed, path, place(start))));
  const uniform = sobol(env.axes.length, rngFor(env.seed, path, 0));
  return (start) => applyPriors(env, uniform(place(start)));
}

/** A start that keeps what a descent cannot move (choices, and what hangs on them) as the incumbent has it. */
export function holding(env: Env, incumbent: Incumbent | undefined, start: Point, suits: (axis: Axis) => boolean): Point {
  if (!incumbent) return start;
  const moving = movable(env.axes, incumbent.point, suits);
  return moving.length === 0 ? start : env.snap(moved(incumbent.point, moving, coordinates(start, moving)));
}
