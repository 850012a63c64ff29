import { hypervolume } from '../../../numeric/pareto/hypervolume.ts';
import { dominates, type Losses } from '../../../numeric/pareto/pareto.ts';

/** The hypervolume of the front after each result that enlarged it. The reference is the worst of all results, in each objective. */
export function hypervolumes(results: readonly Losses[]): { readonly index: number; readonly volume: number }[] {
  const [first] = results;
  if (first === undefined) return [];
  const reference = first.map((_, k) => results.reduce((worst, losses) => Math.max(worst, losses[k]!), Number.NEGATIVE_INFINITY));
  let front: Losses[] = [];
  const steps: { readonly index: number; readonly volume: number }[] = [];
  for (const [index, losses] of results.entries()) {
    if (front.some((other) => dominates(other, losses) || other.every((loss, k) => loss === losses[k]))) continue;
    front = [...front.filter((other) => !dominates(losses, other)), losses];
    const volume = hypervolume(front, reference);
    if (volume > (steps.at(-1)?.volume ?? -1)) steps.push({ index, volume });
  }
  return steps;
}
