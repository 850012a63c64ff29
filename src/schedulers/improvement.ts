import type { Losses } from '../numeric/pareto/domination.ts';

/** The best reports of a trial, and the step at which it last improved. */
export interface Improvement {
  /** The reports that no other report of the trial equals or beats. With one objective, the best one. */
  readonly front: readonly Losses[];
  readonly since: number;
}

const asGood = (a: Losses, b: Losses, delta: number): boolean => a.every((x, i) => x <= b[i]! + delta);

/** @param delta a loss must be lower by more than this to be an improvement. */
export function advance(before: Improvement | undefined, step: number, losses: Losses, delta: number): Improvement {
  if (before === undefined) return { front: [losses], since: step };
  if (before.front.some((best) => asGood(best, losses, delta))) return before;
  return { front: [...before.front.filter((best) => !asGood(losses, best, 0)), losses], since: step };
}
