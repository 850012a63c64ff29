import type { Distribution } from '../numeric/distribution.ts';
import type { Rng } from '../numeric/random.ts';

/** A configuration as strategies see it: one coordinate in [0, 1] per axis. */
export type Point = readonly number[];

/** The finitely many values of an axis, as places on the coordinate. */
export interface Levels {
  readonly count: number;
  /** The coordinate of the k-th value, k in [0, count). */
  at(k: number): number;
  /** The value that a coordinate stands for. */
  of(coordinate: number): number;
}

/** What a strategy may know about a coordinate: nothing about ranges, units or log scales. */
export interface Axis {
  /** The parameter's name: for options and explanations, never for a rule. */
  readonly name: string;
  readonly kind: 'float' | 'int' | 'ordinal' | 'choice' | 'boolean';
  /** Whether neighbouring coordinates are neighbouring values. */
  readonly ordered: boolean;
  /** Present where the axis has finitely many values: ints, stepped floats, ordinals, choices, booleans. */
  readonly levels?: Levels;
  /** Present where the axis exists only if another (earlier) axis exists and has one of some levels. */
  readonly when?: { readonly axis: number; readonly levels: readonly number[] };
  /** Where good values are expected, as a distribution of the coordinate. Absent: uniform. */
  readonly prior?: Distribution;
}

/** The part of a space that strategies see. */
export interface Domain {
  readonly axes: readonly Axis[];
  /** The point that is really run: on levels, inactive coordinates 0.5. Idempotent. */
  snap(point: Point): Point;
  /** Whether the constraints hold. */
  feasible(point: Point): boolean;
}

/** Whether each axis exists at a point. Parents come before their children. */
export function active(axes: readonly Axis[], point: Point): boolean[] {
  const on: boolean[] = [];
  for (const { when } of axes) {
    on.push(when === undefined || (on[when.axis]! && when.levels.includes(axes[when.axis]!.levels!.of(point[when.axis]!))));
  }
  return on;
}

/** One draw from the priors; not yet snapped, and perhaps infeasible. */
export const draw = (axes: readonly Axis[], rng: Rng): Point => axes.map(({ prior }) => (prior ? prior.quantile(rng()) : rng()));
