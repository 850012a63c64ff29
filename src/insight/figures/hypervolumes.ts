import { hypervolume } from '../../numeric/pareto/hypervolume.ts';
import { dominates, type Losses } from '../../numeric/pareto/pareto.ts';
import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import type { ChartOption } from './drawing/option.ts';
import { type AxisScale, numeric, trialScale } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { lastTrial } from './history.ts';
import { counts, type FigureStudy, lossesOf, objectiveValue } from './study.ts';

/** The volume that the front dominates, by trial. */
export function hypervolumeOption(study: FigureStudy, theme: Theme): ChartOption {
  const points = hypervolumePath(study);
  return {
    grid: { left: 64, right: 24, top: HEAD_ROOM, bottom: 42 },
    xAxis: chartAxis(trialScale(lastTrial(study)), theme, 'x'),
    yAxis: chartAxis(hypervolumeScale(points), theme, 'y'),
    series: [stairs('hypervolume', points, { color: theme.colour('completed'), width: 1.8 })],
  };
}

/** The volume after each trial that enlarged it, and at the last trial. */
export function hypervolumePath({ rows, objectives }: FigureStudy): Path {
  const results = rows.filter((row) => counts(row) && objectives.every((objective) => objectiveValue(row, objective) !== undefined));
  const steps = hypervolumes(results.map((row) => lossesOf(row, objectives))).map(
    ({ index, volume }) => [results[index]!.trial, volume] as const,
  );
  const end = steps.at(-1);
  return end ? [...steps, [lastTrial({ rows }), end[1]]] : [];
}

/** The axis of the volume. */
export const hypervolumeScale = (path: Path): AxisScale => numeric('hypervolume', 0, roomAbove(path.at(-1)?.[1] || 1), false);

/** A round end of the axis. */
function roomAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((Math.ceil((1.05 * value) / power / 0.5) * 0.5 * power).toPrecision(6));
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
