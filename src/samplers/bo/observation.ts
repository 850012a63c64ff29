import type { Point } from '../../space/axis.ts';

/** An observed value: a loss, a constraint, or whether a trial failed. */
export interface Observation {
  readonly point: Point;
  readonly value: number;
  /** Undefined if the trial has none. */
  readonly budget?: number | undefined;
  /** Standard error of the value. */
  readonly stderr?: number | undefined;
  /** Derivatives by each coordinate. Only those by active, continuous axes have a meaning. */
  readonly gradient?: readonly number[] | undefined;
  /** Whether the trial violates an outcome constraint. */
  readonly violating?: boolean;
}
