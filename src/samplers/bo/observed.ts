import type { Point } from '../../space/axis.ts';

/** An observed value: a loss, a constraint, or whether a trial failed. */
export interface Observed {
  readonly point: Point;
  readonly value: number;
  /** Standard error of the value. */
  readonly stderr?: number | undefined;
  /** Whether an outcome constraint is violated here. */
  readonly violating?: boolean;
}
