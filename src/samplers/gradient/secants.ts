import type { Iterate } from './iterate.ts';

/** How fast the slope along each parameter changes, by the iterates so far. */
export interface Secants {
  /** The last iterate with a gradient. */
  readonly last: Iterate;
  /** Sums of absolute changes of the slope, weighted by the distance moved, and of squared distances. */
  readonly changes: Float64Array;
  readonly distances: Float64Array;
}

/** The factor by which earlier changes count less with each iterate. */
const FADING = 0.5;

/** The secants with another iterate. One without a gradient says nothing. */
export function updateSecants(secants: Secants | undefined, iterate: Iterate): Secants | undefined {
  const { x, gradient } = iterate;
  if (!gradient) return secants;
  if (!secants) return { last: iterate, changes: new Float64Array(x.length), distances: new Float64Array(x.length) };
  const { last, changes, distances } = secants;
  const moved = (k: number) => Math.abs(x[k]! - last.x[k]!);
  const change = (k: number) => Math.abs(gradient[k]! - last.gradient![k]!);
  const known = (k: number) => !Number.isNaN(change(k));
  return {
    last: iterate,
    changes: changes.map((sum, k) => (known(k) ? FADING * sum + change(k) * moved(k) : sum)),
    distances: distances.map((sum, k) => (known(k) ? FADING * sum + moved(k) ** 2 : sum)),
  };
}

/**
 * A step along one parameter, no longer than to where the slope vanishes if it keeps changing as it did. With noise, slopes change more, so that
 * steps are shorter.
 */
export function limitStep(secants: Secants | undefined, k: number, step: number, slope: number): number {
  if (!secants || !(secants.changes[k]! > 0 && secants.distances[k]! > 0)) return step;
  const limit = (Math.abs(slope) * secants.distances[k]!) / secants.changes[k]!;
  return Math.abs(step) > limit ? Math.sign(step) * limit : step;
}
