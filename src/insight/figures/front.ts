import { dominates, type Losses } from '../../numeric/pareto/domination.ts';

/** The indices of the losses on the front. */
export function front(all: readonly Losses[]): number[] {
  const kept: number[] = [];
  // In this order, no losses are dominated by later ones.
  const order = all.map((_, i) => i).sort((a, b) => first(all[a]!, all[b]!) || a - b);
  for (const i of order) if (!kept.some((j) => dominates(all[j]!, all[i]!))) kept.push(i);
  return kept;
}

function first(a: Losses, b: Losses): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k]! - b[k]!;
  return 0;
}

/** The index of the losses that are nearest to the lowest of every objective, with the front scaled to a cube; -1 without losses. */
export function compromise(front: readonly Losses[]): number {
  const [some] = front;
  if (some === undefined) return -1;
  const ranges = some.map((_, k) => {
    const column = front.map((losses) => losses[k]!);
    return { low: column.reduce((a, b) => Math.min(a, b)), high: column.reduce((a, b) => Math.max(a, b)) };
  });
  const distances = front.map((losses) =>
    losses.reduce((sum, loss, k) => {
      const { low, high } = ranges[k]!;
      return sum + (high > low ? ((loss - low) / (high - low)) ** 2 : 0);
    }, 0),
  );
  return distances.indexOf(Math.min(...distances));
}
