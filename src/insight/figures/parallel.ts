import { axisStyle, chartAxis } from './drawing/axes.ts';
import { cssOf, ramp, type Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { coordinateAt } from './drawing/scale.ts';
import { counts, type FigureStudy, sign } from './study.ts';

/** The most trials for which lines are drawn: the latest. */
const MOST_LINES = 2000;

/** A line for each trial with a result: its places on the axes, NaN for a parameter that it lacks, and how bad its result is, from 0 to 1. */
export interface ParallelLine {
  readonly places: readonly number[];
  readonly badness: number;
}

/** The lines of the trials, the worst first, so that the best are drawn on top. @param axes their numbers, from left to right */
export function parallelLines({ rows, columns, parameters, objectives }: FigureStudy, axes: readonly number[]): ParallelLine[] {
  const [objective] = objectives;
  const values = columns[parameters.length];
  if (objective === undefined || values === undefined) return [];
  return rows
    .flatMap((row, i) => {
      const place = values[i]!;
      if (!counts(row) || Number.isNaN(place)) return [];
      return [{ places: axes.map((axis) => columns[axis]![i]!), badness: sign(objective) > 0 ? place : 1 - place }];
    })
    .slice(-MOST_LINES)
    .sort((a, b) => b.badness - a.badness);
}

/** Parameters and objectives as parallel axes, and a line for each trial with a result. */
export function parallelOption(study: FigureStudy, theme: Theme, axes: readonly number[]): ChartOption {
  const colours = ramp(theme).map(cssOf);
  const lines = parallelLines(study, axes);
  const { axisLine } = axisStyle(theme);
  const scales = axes.map((axis) => study.scales[axis]!);
  return {
    parallel: { left: 60, right: 70, top: 44, bottom: 24 },
    parallelAxis: scales.map((scale, dim) => ({
      ...chartAxis(scale, theme, 'x'),
      dim,
      name: cut(scale.name, 22),
      nameTextStyle: { color: theme.colour('text'), fontSize: 12 },
      axisTick: { show: true, lineStyle: axisLine.lineStyle },
    })),
    series: [
      {
        type: 'parallel',
        smooth: false,
        lineStyle: { width: 1.2, opacity: Math.max(0.25, Math.min(0.9, 250 / lines.length)) },
        data: lines.map(({ places, badness }) => ({
          value: places.map((place, k) => (Number.isNaN(place) ? '-' : coordinateAt(scales[k]!, place))),
          lineStyle: { color: colours[Math.round(badness * (colours.length - 1))]! },
        })),
      },
    ],
  };
}
