import { norm } from '../vectors.ts';
import { isSufficientDecrease, shorteningFactor } from './lineSearch.ts';
import { type CurvaturePair, curvaturePair, quasiNewton } from './quasiNewton.ts';

/** A function of x that writes its gradient to the second argument. A step to a value that is not finite is shortened. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsbOptions {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** At most so many evaluations of the function. */
  readonly evaluations?: number;
  /** Curvature pairs kept. */
  readonly memory?: number;
  /** Stops when no component of the projected gradient is larger. */
  readonly gradientTolerance?: number;
  /** Stops when a step gains less than this, relative to max(1, |value|). */
  readonly valueTolerance?: number;
}

export interface LbfgsbResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  /** Whether a tolerance was met before the evaluations were used up. */
  readonly converged: boolean;
}

/**
 * Minimises a smooth function in a box by limited-memory BFGS. As in L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995) curvature is used on the
 * variables that are free to move; the step is searched along the projected path (Bertsekas, "Projected Newton methods", 1982), with
 * Armijo's condition alone: pairs without positive curvature are left out instead.
 *
 * The start is clipped to the box. If the value there is not finite, it is returned as it is.
 */
export function lbfgsb(f: Differentiable, start: ArrayLike<number>, options: LbfgsbOptions): LbfgsbResult {
  const { lower, upper, evaluations = 200, memory = 8, gradientTolerance = 1e-5, valueTolerance = 1e-9 } = options;
  const n = start.length;
  const clip = (v: number, i: number) => Math.min(Math.max(v, lower[i]!), upper[i]!);
  const step = new Float64Array(n);
  const pairs: CurvaturePair[] = [];
  let x = Float64Array.from(start, clip);
  let gradient = new Float64Array(n);
  let value = f(x, gradient);
  let spent = 1;
  let nextX = new Float64Array(n);
  let nextGradient = new Float64Array(n);
  const result = (converged: boolean): LbfgsbResult => ({ x, value, evaluations: spent, converged });
  if (!Number.isFinite(value)) return result(false);

  for (;;) {
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(clip(x[i]! - gradient[i]!, i) - x[i]!));
    if (largest <= gradientTolerance) return result(true);

    const free = (i: number) => (gradient[i]! > 0 ? x[i]! > lower[i]! : x[i]! < upper[i]!);
    for (let i = 0; i < n; i++) step[i] = free(i) ? -gradient[i]! : 0;
    const steepest = pairs.length === 0 || !quasiNewton(step, pairs, gradient);
    let length = 1;
    if (steepest) {
      for (let i = 0; i < n; i++) step[i] = free(i) ? -gradient[i]! : 0;
      length = Math.min(1, 1 / norm(step));
    }

    let nextValue = Number.NaN;
    for (;;) {
      if (spent >= evaluations) return result(false);
      let slope = 0;
      for (let i = 0; i < n; i++) {
        nextX[i] = clip(x[i]! + length * step[i]!, i);
        slope += gradient[i]! * (nextX[i]! - x[i]!);
      }
      if (slope >= 0) break; // no descent beyond rounding errors
      nextValue = f(nextX, nextGradient);
      spent++;
      if (isSufficientDecrease(value, nextValue, slope)) break;
      length *= shorteningFactor(value, nextValue, slope);
      nextValue = Number.NaN;
      if (length < 1e-12) break;
    }
    if (Number.isNaN(nextValue)) {
      if (steepest) return result(true);
      pairs.length = 0; // the curvature pairs were misleading: restart with steepest descent
      continue;
    }
    const pair = curvaturePair(x, nextX, gradient, nextGradient);
    if (pair && pairs.push(pair) > memory) pairs.shift();
    const gain = value - nextValue;
    [x, nextX, gradient, nextGradient, value] = [nextX, x, nextGradient, gradient, nextValue];
    if (gain <= valueTolerance * Math.max(1, Math.abs(value))) return result(true);
  }
}
