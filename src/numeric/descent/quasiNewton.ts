import { dot, norm } from '../vectors.ts';

/** How a gradient changed (`y`) over a step (`s`). */
export interface CurvaturePair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

/** The curvature pair of a step; undefined if the function does not curve upwards along it, which a quasi-Newton method cannot use. */
export function curvaturePair(x: Float64Array, nextX: Float64Array, g: Float64Array, nextG: Float64Array): CurvaturePair | undefined {
  const s = nextX.map((v, i) => v - x[i]!);
  const y = nextG.map((v, i) => v - g[i]!);
  return dot(s, y) > 1e-10 * norm(s) * norm(y) ? { s, y } : undefined;
}

/**
 * Multiplies `step` by the inverse Hessian of the pairs, restricted to its non-zero coordinates (the two-loop recursion, Nocedal 1980).
 *
 * @returns whether the result points downhill
 */
export function quasiNewton(step: Float64Array, pairs: readonly CurvaturePair[], gradient: Float64Array): boolean {
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

/** The smallest curvature of a pair, as a fraction of the expected one (Powell 1978). */
const DAMPING = 0.2;

/**
 * A pair whose curvature is at least a fraction of the expected one (Powell's damping, Nocedal & Wright 2006, eq. 18.15), which makes it robust to
 * noise and negative curvature.
 *
 * @param expected the change of the gradient by the Hessian that the step was computed with
 */
export function dampedPair(
  x: Float64Array,
  nextX: Float64Array,
  g: Float64Array,
  nextG: Float64Array,
  expected: Float64Array,
): CurvaturePair | undefined {
  const s = nextX.map((v, i) => v - x[i]!);
  const y = nextG.map((v, i) => v - g[i]!);
  const [found, least] = [dot(s, y), dot(s, expected)];
  if (!(least > 0) || Number.isNaN(found)) return undefined;
  if (found >= DAMPING * least) return { s, y };
  const theta = ((1 - DAMPING) * least) / (least - found);
  return { s, y: y.map((v, i) => theta * v + (1 - theta) * expected[i]!) };
}
