import { clampUnit, dot } from '../vectors.ts';
import { type CurvaturePair, quasiNewton } from './quasiNewton.ts';

/** The projected gradient in the unit cube: x minus the projection of x - gradient; 0 where the gradient is unknown. */
export const projectedGradient = (x: Float64Array, gradient: Float64Array): Float64Array =>
  x.map((u, i) => (Number.isNaN(gradient[i]!) ? 0 : u - clampUnit(u - gradient[i]!)));

/** The largest absolute value; what is unknown is passed over. */
export const maxNorm = (v: Float64Array): number => v.reduce((most, u) => (Number.isNaN(u) ? most : Math.max(most, Math.abs(u))), 0);

/**
 * The direction of a projected quasi-Newton step in the unit cube: curvature is used on the coordinates that are free to move (Byrd, Lu,
 * Nocedal & Zhu 1995; Bertsekas 1982). Without pairs, or if they lead uphill, it is that of steepest descent.
 */
export function descentDirection(
  x: Float64Array,
  gradient: Float64Array,
  pairs: readonly CurvaturePair[],
): { readonly direction: Float64Array; readonly steepest: boolean } {
  const free = x.map((u, i) => (gradient[i]! > 0 ? (u > 0 ? 1 : 0) : gradient[i]! < 0 && u < 1 ? 1 : 0));
  const downhill = () => gradient.map((g, i) => (free[i] ? -g : 0));
  const direction = downhill();
  const known = gradient.map((g) => (Number.isNaN(g) ? 0 : g));
  if (pairs.length > 0 && quasiNewton(direction, pairs, known)) return { direction, steepest: false };
  return { direction: downhill(), steepest: true };
}

/** The end of a step, projected to the unit cube, and the change of the function's linear model over it. */
export function projectedStep(
  x: Float64Array,
  direction: Float64Array,
  length: number,
  gradient: Float64Array,
): { readonly x: Float64Array; readonly slope: number } {
  const end = x.map((u, i) => clampUnit(u + length * direction[i]!));
  const way = end.map((u, i) => u - x[i]!);
  return {
    x: end,
    slope: dot(
      way,
      gradient.map((g) => (Number.isNaN(g) ? 0 : g)),
    ),
  };
}
