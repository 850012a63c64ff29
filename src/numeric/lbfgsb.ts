/** A function of x that writes its gradient to the second argument. A value that is not finite marks a place to stay away from. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface DescentOptions {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** At most so many evaluations of the function. */
  readonly evaluations?: number;
  /** Curvature pairs kept. */
  readonly memory?: number;
  /** Stops when no coordinate of the projected gradient is larger. */
  readonly gradientTolerance?: number;
  /** Stops when a step gains less than this, relative to max(1, |value|). */
  readonly valueTolerance?: number;
}

export interface Descent {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  /** Whether a tolerance was met, rather than the budget spent. */
  readonly converged: boolean;
}

const ARMIJO = 1e-4;

/**
 * Minimises a smooth function in a box by limited-memory BFGS. As in L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995) curvature is used on the
 * variables that are free to move; the step is searched along the projected path (Bertsekas, "Projected Newton methods", 1982), with
 * Armijo's condition alone: pairs without positive curvature are left out instead.
 *
 * The start is clipped to the box. If the value there is not finite, it is returned as it is.
 */
export function lbfgsb(f: Differentiable, start: ArrayLike<number>, options: DescentOptions): Descent {
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
  const result = (converged: boolean): Descent => ({ x, value, evaluations: spent, converged });
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
      if (slope >= 0) break; // rounding: no way down from here
      nextValue = f(nextX, nextGradient);
      spent++;
      if (nextValue <= value + ARMIJO * slope) break;
      // The minimum of the parabola through what is known, kept within sane fractions.
      const fraction = Number.isFinite(nextValue) ? -slope / (2 * (nextValue - value - slope)) : 0.1;
      length *= Math.min(Math.max(fraction, 0.1), 0.5);
      nextValue = Number.NaN;
      if (length < 1e-12) break;
    }
    if (Number.isNaN(nextValue)) {
      if (steepest) return result(true);
      pairs.length = 0; // the curvature was misleading: forget it and go straight down
      continue;
    }
    remember(pairs, memory, x, nextX, gradient, nextGradient);
    const gain = value - nextValue;
    [x, nextX, gradient, nextGradient, value] = [nextX, x, nextGradient, gradient, nextValue];
    if (gain <= valueTolerance * Math.max(1, Math.abs(value))) return result(true);
  }
}

interface CurvaturePair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

const norm = (v: Float64Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));

function remember(
  pairs: CurvaturePair[],
  memory: number,
  x: Float64Array,
  nextX: Float64Array,
  g: Float64Array,
  nextG: Float64Array,
): void {
  const s = nextX.map((v, i) => v - x[i]!);
  const y = nextG.map((v, i) => v - g[i]!);
  let curvature = 0;
  for (let i = 0; i < s.length; i++) curvature += s[i]! * y[i]!;
  if (!(curvature > 1e-10 * norm(s) * norm(y))) return;
  if (pairs.length === memory) pairs.shift();
  pairs.push({ s, y });
}

/**
 * Multiplies `step` by the inverse Hessian of the pairs, restricted to its non-zero coordinates (the two-loop recursion, Nocedal 1980).
 *
 * @returns whether the result points downhill
 */
function quasiNewton(step: Float64Array, pairs: readonly CurvaturePair[], gradient: Float64Array): boolean {
  const free = Array.from(step.keys()).filter((i) => step[i] !== 0);
  const dot = (a: Float64Array, b: Float64Array) => free.reduce((sum, i) => sum + a[i]! * b[i]!, 0);
  const add = (scale: number, b: Float64Array) => {
    for (const i of free) step[i]! += scale * b[i]!;
  };
  const kept = pairs
    .map(({ s, y }) => ({ s, y, curvature: dot(s, y), weight: 0 }))
    .filter((p) => p.curvature > 1e-10 * dot(p.y, p.y) ** 0.5);
  for (const p of kept.toReversed()) {
    p.weight = dot(p.s, step) / p.curvature;
    add(-p.weight, p.y);
  }
  const last = kept.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.y, last.y);
    for (const i of free) step[i]! *= scale;
  }
  for (const p of kept) add(p.weight - dot(p.y, step) / p.curvature, p.s);
  return last !== undefined && dot(step, gradient) < 0;
}
