import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import type { ChartOption } from './drawing/option.ts';
import { type AxisScale, coordinateAt, numeric } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { bestOf, type FigureRow, type FigureStudy } from './study.ts';

/** The best trial and those that it resumes one after the other, the first one first. */
export function bestLineage(study: Pick<FigureStudy, 'objectives' | 'ranked' | 'rowOf'>): readonly FigureRow[] {
  const line: FigureRow[] = [];
  let row = bestOf(study);
  while (row && !line.includes(row)) {
    line.unshift(row);
    row = row.resumes === undefined ? undefined : study.rowOf(row.resumes);
  }
  return line;
}

/** The schedule of a parameter, in places: its value after each step of the training that led to the best trial. @returns nothing if it never changed */
export function schedulePath(study: FigureStudy, axis: number): Path {
  const column = study.columns[axis]!;
  const path: (readonly [step: number, place: number])[] = [];
  let step = 0;
  for (const row of bestLineage(study)) {
    const place = column[study.rows.indexOf(row)]!;
    if (!Number.isNaN(place)) path.push([step, place]);
    step = Math.max(step, row.step ?? row.curve.at(-2) ?? row.budget ?? step);
  }
  return path.some(([, place]) => place !== path[0]![1]) ? [...path, [step, path.at(-1)![1]]] : [];
}

export const stepScale = (path: Path): AxisScale => numeric('step', 0, path.at(-1)?.[0] ?? 1, false);

/** The parameters that changed on the way to the best trial, by their axes. */
export const scheduled = (study: FigureStudy): readonly number[] =>
  [...study.parameters.keys()].filter((axis) => schedulePath(study, axis).length > 0);

/** What the figure shows. */
export const SCHEDULE = 'on the way to the best trial, along the trials that it resumes';

/** A parameter over the steps of the training that led to the best trial. */
export function scheduleOption(study: FigureStudy, theme: Theme, axis: number): ChartOption {
  const [path, scale] = [schedulePath(study, axis), study.scales[axis]!];
  const values = path.map(([step, place]) => [step, coordinateAt(scale, place)] as const);
  return {
    grid: { left: 56, right: 16, top: HEAD_ROOM, bottom: 40 },
    xAxis: { ...chartAxis(stepScale(path), theme, 'x'), minInterval: 1 },
    yAxis: chartAxis(scale, theme, 'y'),
    series: [stairs('schedule', values, { color: theme.colour('completed'), width: 1.8 })],
  };
}
