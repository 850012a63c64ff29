import { clampUnit } from '../../numeric/vectors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { axisStyle, chartAxis } from './drawing/axes.ts';
import { cssOf, ramp, type Theme } from './drawing/colours.ts';
import { cut, formatNumber } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { coordinateAt } from './drawing/scale.ts';
import { bestRow, type FigureStudy, sign } from './figureStudy.ts';
import { type Plan, WIDTH } from './plan.ts';
import { sliceOrder } from './slice.ts';

/** More parameters than this are ordered by their importance, and only the first ones are drawn. */
export const MOST_AXES = 8;

/** The axes of parallel axes, from left to right: parameters, then objectives. @param most parameters */
export function parallelAxes(study: FigureStudy, most = MOST_AXES): readonly number[] {
  const { parameters, objectives } = study;
  const order = parameters.length > MOST_AXES ? sliceOrder(study).map(({ axis }) => axis) : [...parameters.keys()];
  return [...order.slice(0, most), ...objectives.map((_, k) => parameters.length + k)];
}

/** The most trials for which lines are drawn: the latest. */
const MOST_LINES = 2000;

/** A line for each trial: its places on the axes, NaN for a value that it lacks, and how bad its result is, from 0 to 1; NaN without one. */
export interface ParallelLine {
  readonly places: readonly number[];
  readonly badness: number;
  readonly isBest: boolean;
}

/** The lines of the chosen trials, the worst first, so that the best are drawn on top. @param axes their numbers, from left to right */
export function parallelLines(study: FigureStudy, axes: readonly number[]): ParallelLine[] {
  const { rows, columns, parameters, objectives, isChosen } = study;
  const [objective] = objectives;
  const values = columns[parameters.length];
  if (objective === undefined || values === undefined) return [];
  const best = bestRow(study);
  const badnessOf = (place: number) => clampUnit(sign(objective) > 0 ? place : 1 - place);
  const lines = [...rows.keys()].filter(isChosen).map((i) => ({
    places: axes.map((axis) => columns[axis]![i]!),
    badness: badnessOf(values[i]!),
    isBest: rows[i] === best,
  }));
  const rank = ({ badness }: ParallelLine) => (Number.isNaN(badness) ? 2 : badness);
  return lines
    .filter(({ isBest }, k) => isBest || k >= lines.length - MOST_LINES)
    .sort((a, b) => rank(b) - rank(a) || Number(a.isBest) - Number(b.isBest));
}

/** Parameters and objectives as parallel axes. @param axes their numbers, from left to right */
export const parallelPlan = (study: FigureStudy, axes: readonly number[]): Plan => ({
  title: 'Parameters and results',
  note: parallelNote(study, axes),
  ...omitUndefined({ colours: colourEnds(study) }),
  height: 360,
  option: (theme) => parallelOption(study, theme, axes),
});

/** What the figure shows of the parameters. */
function parallelNote(study: FigureStudy, axes: readonly number[]): string {
  const { parameters, importances } = study;
  const shown = axes.filter((axis) => axis < parameters.length).length;
  const isUsual = importances !== undefined && parallelAxes(study).every((axis, k) => axes[k] === axis);
  return `a line for each trial${shown < parameters.length ? `, over ${isUsual ? `the ${shown} most important` : shown} of ${parameters.length} parameters` : ''}`;
}

/** What the colours of lines mean: the ends of the axis of the first objective. */
function colourEnds({ scales, parameters, objectives: [objective] }: FigureStudy): readonly [string, string] | undefined {
  const scale = scales[parameters.length];
  if (objective === undefined || scale === undefined) return undefined;
  const ends = [scale.low, scale.high].map(formatNumber);
  const [best, worst] = sign(objective) > 0 ? ends : ends.reverse();
  return [`${cut(objective.name, 40)} ${best}`, worst!];
}

/** The room on the left and on the right of the axes. */
const [LEFT, RIGHT] = [60, 70];

function parallelOption(study: FigureStudy, theme: Theme, axes: readonly number[]): ChartOption {
  const colours = ramp(theme).map(cssOf);
  const lines = parallelLines(study, axes);
  const { axisLine } = axisStyle(theme);
  const scales = axes.map((axis) => study.scales[axis]!);
  const gap = (WIDTH - LEFT - RIGHT) / Math.max(1, axes.length - 1);
  const names = axisNames(
    scales.map(({ name }) => name),
    gap,
  );
  return {
    parallel: { left: LEFT, right: RIGHT, top: 62, bottom: 24 },
    parallelAxis: scales.map((scale, dim) => ({
      ...chartAxis(scale, theme, 'x'),
      dim,
      name: broken(names[dim]!),
      nameLocation: 'end',
      nameGap: 15,
      nameTextStyle: { color: theme.colour('text'), fontSize: 12, lineHeight: 15 },
      axisTick: { show: true, lineStyle: axisLine.lineStyle },
    })),
    series: [
      {
        type: 'parallel',
        smooth: false,
        lineStyle: { width: 1.2, opacity: Math.max(0.25, Math.min(0.9, 250 / lines.length)) },
        data: lines.map(({ places, badness, isBest }) => ({
          value: places.map((place, k) => (Number.isNaN(place) ? '-' : coordinateAt(scales[k]!, place))),
          lineStyle: {
            color: Number.isNaN(badness) ? theme.colour('faded-strong') : colours[Math.round(badness * (colours.length - 1))]!,
            ...(isBest ? { width: 3, opacity: 1 } : {}),
          },
        })),
      },
    ],
  };
}

/** A long name in two lines: ECharts cuts lines that are wider than the room between two axes. */
const broken = ({ text, isLong }: AxisName): string => {
  const half = Math.ceil(text.length / 2);
  return isLong ? `${text.slice(0, half)}\n${text.slice(half)}` : text;
};

export interface AxisName {
  readonly text: string;
  /** Whether it needs twice the room between two axes, so that neighbours cannot be in one row. */
  readonly isLong: boolean;
}

/** The width of a letter in pixels, with room for bold ones. */
const LETTER = 7.8;

/** The names of axes, cut so that they fit between two axes, or twice as much of each if one does not fit. */
export function axisNames(names: readonly string[], gap: number): readonly AxisName[] {
  const letters = Math.max(5, Math.floor(gap / LETTER) - 1);
  const isLong = names.some((name) => name.length > letters);
  return names.map((name, i) => {
    const text = cut(name, isLong ? (i === 0 ? letters + 5 : 2 * letters) : letters); // the first one ends at the edge of the chart
    return { text, isLong: text.length > letters };
  });
}
