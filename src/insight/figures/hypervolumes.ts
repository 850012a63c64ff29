import { dominates, type Losses } from '../../numeric/pareto/domination.ts';
import { hypervolume } from '../../numeric/pareto/hypervolume.ts';
import { roundScale, trialScale } from './drawing/scale.ts';
import { type Path, placed, upTo } from './drawing/series/lines.ts';
import { counts, type FigureStudy, objectiveValue, rowLosses } from './figureStudy.ts';
import { lastTrial } from './history.ts';
import { overAxes, type Plan } from './plan.ts';

/** The volume that the front dominates, by trial. */
export const hypervolumePlan = (study: FigureStudy): Plan =>
  overAxes({
    title: 'Hypervolume by trial',
    note: 'the volume that the front dominates, up to the worst result of each objective; it grows as the front improves',
    label: 'Hypervolume of the front, by trial',
    height: 260,
    plane: () => {
      const path = hypervolumePath(study);
      const [x, y] = [trialScale(lastTrial(study)), roundScale('hypervolume', 0, path.at(-1)?.[1] || 1)];
      return { x, y, lines: [{ path: placed(path, x, y), colour: 'completed' }] };
    },
  });

/** The volume after each trial that enlarged it, and at the last trial. */
export function hypervolumePath({ rows, objectives }: FigureStudy): Path {
  const results = rows.filter((row) => counts(row) && objectives.every((objective) => objectiveValue(row, objective) !== undefined));
  const steps = hypervolumes(results.map((row) => rowLosses(row, objectives))).map(
    ({ index, volume }) => [results[index]!.trial, volume] as const,
  );
  return upTo(lastTrial({ rows }), steps);
}

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
