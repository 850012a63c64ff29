import type { Point } from '../../space/axis.ts';

/** An observed value: a loss, a constraint, or whether a trial failed. */
export interface Observed {
  readonly point: Point;
  readonly value: number;
  /** What was spent, where that was said. */
  readonly budget?: number | undefined;
  /** Standard error of the value. */
  readonly stderr?: number | undefined;
  /** Of the value by each coordinate; what is said of axes that are not continuous, or absent at the point, means nothing. */
  readonly gradient?: readonly number[] | undefined;
  /** Whether an outcome constraint is violated here. */
  readonly violating?: boolean;
}
