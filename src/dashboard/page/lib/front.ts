import { dominates, type Losses } from '../../../numeric/pareto/pareto.ts';

/** The indices of the losses on the front. */
export function front(all: readonly Losses[]): number[] {
  const kept: number[] = [];
  // In this order, no losses are dominated by later ones.
  const order = all.map((_, i) => i).sort((a, b) => first(all[a]!, all[b]!) || a - b);
  for (const i of order) if (!kept.some((j) => dominates(all[j]!, all[i]!))) kept.push(i);
  return kept;
}

function first(a: Losses, b: Losses): number {
  for (const [k, x] of a.entries()) if (x !== b[k]) return x - b[k]!;
  return 0;
}
