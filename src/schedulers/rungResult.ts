import type { Ended, TrialId } from '../strategy/messages.ts';

/** A trial with its loss at a rung. */
export interface RungResult {
  readonly trial: Ended;
  readonly loss: number;
}

const idOf = ({ trial }: RungResult): TrialId => trial.id;

/** Of equal losses, that of the earlier trial is the better. */
export const precedes = (a: RungResult, b: RungResult): boolean => a.loss < b.loss || (a.loss === b.loss && idOf(a) < idOf(b));
