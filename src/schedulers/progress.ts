import type { Losses } from '../numeric/pareto.ts';

/** What a trial has come to, and when it last came to something better. */
export interface Progress {
  /** Those of its reports that none of the others was as good as. With one objective, the best. */
  readonly front: readonly Losses[];
  readonly since: number;
}

const asGood = (a: Losses, b: Losses, delta: number): boolean => a.every((x, i) => x <= b[i]! + delta);

/** @param delta a loss that is lower by no more than this is no progress. */
export function advance(before: Progress | undefined, step: number, losses: Losses, delta: number): Progress {
  if (before === undefined) return { front: [losses], since: step };
  if (before.front.some((best) => asGood(best, losses, delta))) return before;
  return { front: [...before.front.filter((best) => !asGood(losses, best, 0)), losses], since: step };
}
