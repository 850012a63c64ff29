import type { Tags, TrialId } from '../messages.ts';
import type { Point } from '../space/axis.ts';

/** A result at a rung, with what its promotion takes along. */
export interface Standing {
  readonly id: TrialId;
  readonly loss: number;
  readonly point: Point;
  readonly tags?: Tags;
}

/** Equal losses stand in the order of their trials: the earlier one is the better. */
export const precedes = (a: Standing, b: Standing): boolean => a.loss < b.loss || (a.loss === b.loss && a.id < b.id);
