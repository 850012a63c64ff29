import { insertSorted } from '../../numeric/sorted.ts';
import type { Axis, Point } from '../../space/axis.ts';
import type { CurveResult } from './equalCurves.ts';

/** Distances are measured to this many of the latest configurations. */
const WINDOW = 512;

/** The distance of a configuration to the nearest one before it, and whether their first results were equal. */
interface Neighbour {
  readonly distance: number;
  readonly isEqual: boolean;
}

const nearer = (a: Neighbour, b: Neighbour): boolean => a.distance < b.distance;

/**
 * Learns how near to a known configuration another one probably repeats it: up to the largest distance within which at least half of them did. So it
 * finds the cells of a table, which need not be parallel to the axes.
 */
export class NearRepeats {
  readonly #axes: readonly Axis[];
  readonly #known: Pick<CurveResult, 'point' | 'curve'>[] = [];
  readonly #neighbours: Neighbour[] = [];
  /** Computed when needed. */
  #reach: number | undefined;

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
  }

  /** @param result the first one of a configuration */
  take({ point, curve }: CurveResult): void {
    const nearest = this.#nearest(point);
    if (nearest.distance > 0 && nearest.distance < Number.POSITIVE_INFINITY) {
      insertSorted(this.#neighbours, { distance: nearest.distance, isEqual: nearest.curve === curve }, nearer);
      this.#reach = undefined;
    }
    this.#known.push({ point, curve });
    if (this.#known.length > WINDOW) this.#known.shift();
  }

  has(point: Point): boolean {
    this.#reach ??= reachOf(this.#neighbours);
    return this.#reach > 0 && this.#nearest(point).distance <= this.#reach;
  }

  #nearest(point: Point): { readonly distance: number; readonly curve: number | undefined } {
    let least = Number.POSITIVE_INFINITY;
    let curve: number | undefined;
    for (const known of this.#known) {
      const squared = this.#squaredDistance(point, known.point);
      if (squared < least) [least, curve] = [squared, known.curve];
    }
    return { distance: Math.sqrt(least), curve };
  }

  /** A difference in an unordered coordinate counts as 1. */
  #squaredDistance(a: Point, b: Point): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += this.#axes[i]!.ordered ? (a[i]! - b[i]!) ** 2 : Number(a[i] !== b[i]);
    return sum;
  }
}

/** @param neighbours the nearest first */
function reachOf(neighbours: readonly Neighbour[]): number {
  let reach = 0;
  let equal = 0;
  for (const [i, { distance, isEqual }] of neighbours.entries()) {
    equal += Number(isEqual);
    if (2 * equal >= i + 1) reach = distance;
  }
  return reach;
}
