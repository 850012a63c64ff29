import { rankOf } from '../sorted.ts';

/** The losses of a trial, one per objective, all minimised. A missing one counts as infinite. */
export type Losses = readonly number[];

/** Whether a is at least as good as b in every objective, and better in one. */
export const dominates = (a: Losses, b: Losses): boolean =>
  a.every((x, i) => x <= (b[i] ?? Number.POSITIVE_INFINITY)) && a.some((x, i) => x < (b[i] ?? Number.POSITIVE_INFINITY));

/** The report by which a trial is compared: the latest one that the report before it does not dominate. With one objective, the best. */
export const bestOf = (before: Losses | undefined, now: Losses): Losses => (before && dominates(before, now) ? before : now);

/** -1 if a dominates b, 1 if b dominates a, 0 if they are equal, undefined if neither dominates the other. */
export function domination(a: Losses, b: Losses): number | undefined {
  let order = 0;
  for (let k = 0; k < a.length; k++) {
    const sign = Math.sign(a[k]! - b[k]!);
    if (sign === -order && sign !== 0) return undefined;
    order ||= sign;
  }
  return order;
}

/**
 * Splits trials into fronts, best first: no trial is dominated by one of its own or a later front (Zhang et al., "An efficient approach to non-dominated
 * sorting", 2015).
 *
 * @returns the indices of each
 */
export function fronts(trials: readonly Losses[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  // Of two objectives, the last one of a front has the lowest second loss.
  const few = trials.every(({ length }) => length === 2) ? -1 : 0;
  const isBehind = (i: number, front: readonly number[]) => front.slice(few).some((j) => dominates(trials[j]!, trials[i]!));
  // In lexicographic order a trial comes after all that dominate it, and it is behind each front before the first that it is not behind.
  const order = trials.map((_, i) => i).sort((a, b) => lexicographic(trials[a]!, trials[b]!) || a - b);
  for (const i of order) {
    const front = rankOf(found, i, (one, some) => !isBehind(one, some));
    if (front < found.length) found[front]!.push(i);
    else found.push([i]);
  }
  return found;
}

function lexicographic(a: Losses, b: Losses): number {
  for (const [i, x] of a.entries()) if (x !== b[i]) return x < (b[i] ?? Number.POSITIVE_INFINITY) ? -1 : 1;
  return 0;
}
