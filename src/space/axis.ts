import type { Distribution } from '../numeric/distributions/distribution.ts';
import type { Rng } from '../numeric/random.ts';

/** A configuration as strategies see it: one coordinate in [0, 1] per axis. */
export type Point = readonly number[];

/** The values of an axis with finitely many values, as positions on the coordinate. */
export interface Levels {
  readonly count: number;
  /** The coordinate of the k-th value, k in [0, count). */
  at(k: number): number;
  /** The value that a coordinate stands for. */
  of(coordinate: number): number;
}

/** A coordinate as strategies see it, without ranges, units or logarithms. */
export interface Axis {
  /** The parameter's name: for options and explanations. No decision may depend on it. */
  readonly name: string;
  readonly kind: 'float' | 'int' | 'ordinal' | 'choice' | 'boolean';
  /** Whether neighbouring coordinates are neighbouring values. */
  readonly ordered: boolean;
  /** Present if the axis has finitely many values: ints, floats with a step, ordinals, choices, booleans. */
  readonly levels?: Levels;
  /** Numbers in [0, 1] that describe each level of an unordered axis, the same features for all: levels that are near in them are alike. */
  readonly features?: readonly (readonly number[])[];
  /** Present if the axis exists only while an earlier axis exists and has one of these levels. */
  readonly when?: { readonly axis: number; readonly levels: readonly number[] };
  /** Where good values are expected, as a distribution of the coordinate. Absent: uniform. */
  readonly prior?: Distribution;
}

/** The part of a space that strategies see. */
export interface Domain {
  readonly axes: readonly Axis[];
  /** The point that is evaluated: finite axes on a level, inactive coordinates 0.5. Idempotent. */
  snap(point: Point): Point;
  /** Whether a point satisfies the constraints. */
  feasible(point: Point): boolean;
}

/** Whether an axis exists at a point, by which of the earlier axes exist there: parents precede their children. */
export const exists = ({ when }: Axis, axes: readonly Axis[], point: Point, on: readonly boolean[]): boolean =>
  when === undefined || (on[when.axis]! && when.levels.includes(axes[when.axis]!.levels!.of(point[when.axis]!)));

/** Whether each axis exists at a point. */
export function active(axes: readonly Axis[], point: Point): boolean[] {
  const on: boolean[] = [];
  for (const axis of axes) on.push(exists(axis, axes, point, on));
  return on;
}

/** Whether two snapped points are the same configuration. */
export const samePoint = (a: Point, b: Point): boolean => a.every((u, i) => u === b[i]);

export const fromPrior = ({ prior }: Axis, rng: Rng): number => (prior ? prior.quantile(rng()) : rng());

/** One draw from the priors. It is not snapped, and may be infeasible. */
export const draw = (axes: readonly Axis[], rng: Rng): Point => axes.map((axis) => fromPrior(axis, rng));
