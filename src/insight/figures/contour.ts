import type { ObjectiveSpec } from '../../facts/facts.ts';
import { lossOf } from '../../ledger/settings.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { ownValue } from '../../schema/ownValue.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { Landscape } from '../landscape.ts';
import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import { cssOf, ramp, type Theme } from './drawing/colours.ts';
import { cut, formatNumber } from './drawing/format.ts';
import type { ChartOption, DrawApi } from './drawing/option.ts';
import { type AxisScale, numeric } from './drawing/scale.ts';
import { counts, type FigureStudy, objectiveScale, objectiveValue, sign } from './figureStudy.ts';
import type { Plan } from './plan.ts';
import { trialsOver } from './points.ts';

/** Cells along a numeric axis. */
const CELLS = 36;
/** The surface uses at most this many trials. */
const MOST_POINTS = 600;

/** A surface over two parameters, with the trials. */
interface OnSurface {
  readonly surface: Surface | undefined;
  /** What its values are. */
  readonly name: string;
  /** The trial that is suggested next. */
  readonly next?: TrialRow | undefined;
}

/** @param axes of the parameters */
export function surfacePlan(study: FigureStudy, axes: readonly [x: number, y: number], { surface, name, next }: OnSurface): Plan {
  const [x, y] = axes.map((axis) => study.scales[axis]);
  const title = `${cut(name, 60)} over ${[x, y].flatMap((scale) => (scale ? cut(scale.name, 30) : [])).join(' and ')}`;
  return {
    title,
    ...omitUndefined({ colours: surface && surfaceEnds(surface, name) }),
    height: 380,
    option: (theme) => (surface && x && y ? surfaceOption(surface, [x, y], theme, next) : {}),
    points: () => trialsOver(study, ...axes).map((points) => ({ ...points, onSurface: true })),
  };
}

function surfaceOption(surface: Surface, [x, y]: readonly [AxisScale, AxisScale], theme: Theme, next: TrialRow | undefined): ChartOption {
  const colours = ramp(theme).map(cssOf);
  const colourOf = (badness: number): string => colours[Math.round(badness * (colours.length - 1))]!;
  const hidden = { show: false, type: 'value', min: 0, max: 1 };
  return {
    grid: { left: 70, right: 16, top: HEAD_ROOM, bottom: 46 },
    xAxis: [chartAxis(x, theme, 'x'), hidden],
    yAxis: [chartAxis(y, theme, 'y'), hidden],
    series: [
      {
        type: 'custom',
        id: 'surface',
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: surface.cells,
        silent: true,
        renderItem: cellOf(surface, colourOf),
        z: 0,
      },
      {
        type: 'scatter',
        id: 'next',
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: next ? [[x.place(ownValue(next.params, x.name)), y.place(ownValue(next.params, y.name))]] : [],
        silent: true,
        symbol: 'diamond',
        symbolSize: 18,
        itemStyle: { color: theme.colour('running'), borderColor: theme.colour('panel'), borderWidth: 2 },
        z: 6,
      },
    ],
  };
}

/** What the colours of a surface mean. */
const surfaceEnds = ({ ends }: Surface, name: string): Plan['colours'] =>
  ends && [`${cut(name, 60)} ${formatNumber(ends[0])}`, formatNumber(ends[1])];

/** A surface in cells: the number of each cell along both axes, and how bad its results are, from 0 in its best cell to 1 in its worst one. */
export interface Surface {
  readonly across: number;
  readonly up: number;
  readonly cells: readonly (readonly [column: number, row: number, badness: number])[];
  /** The values of its best and its worst cell. Undefined if no trial has both parameters. */
  readonly ends: readonly [best: number, worst: number] | undefined;
}

/** The surface over two parameters; undefined without them. */
export function surfaceOf(study: FigureStudy, [i, j]: readonly [number, number]): Surface | undefined {
  const { objectives, scales, rows, columns } = study;
  const [objective] = objectives;
  const [x, y] = [scales[i], scales[j]];
  if (objective === undefined || x === undefined || y === undefined) return undefined;
  const results = rows.flatMap((row, k) => {
    const value = counts(row) ? objectiveValue(row, objective) : undefined;
    const place = [columns[i]![k]!, columns[j]![k]!] as const;
    return value === undefined || place.some(Number.isNaN) ? [] : [{ row, place, value }];
  });
  const latest = results.slice(-MOST_POINTS);
  const axis = objectiveScale(
    objective,
    latest.map(({ row }) => row),
    [],
  ); // of these results: trials that were stopped are often far worse
  const badnessOf = (value: number) => (sign(objective) > 0 ? clampUnit(axis.place(value)) : 1 - clampUnit(axis.place(value)));
  const known = latest.map(({ place, value }) => ({ place, value: badnessOf(value) }));
  const cells = smoothed(known, sidesOf(x), sidesOf(y));
  const low = cells.reduce((least, [, , badness]) => Math.min(least, badness), 1);
  const high = cells.reduce((most, [, , badness]) => Math.max(most, badness), 0);
  const stretched = cells.map(([a, b, badness]) => [a, b, high > low ? (badness - low) / (high - low) : 0.5] as const);
  const valueAt = (badness: number) => axis.at(sign(objective) > 0 ? badness : 1 - badness);
  return { across: sidesOf(x), up: sidesOf(y), cells: stretched, ends: cells.length > 0 ? [valueAt(low), valueAt(high)] : undefined };
}

/** The surface of what a model predicts, or of how uncertain it is. @param isSd whether by its standard deviations instead of its means */
export function predictedSurface({ of, across, up, means, sds }: Landscape, objective: ObjectiveSpec, isSd: boolean): Surface {
  const losses = isSd ? sds : means;
  const [low, high] = [losses.reduce((a, b) => Math.min(a, b)), losses.reduce((a, b) => Math.max(a, b))];
  const { place } = numeric('', low, high, false);
  const badness = (loss: number) => (high > low ? place(loss) ** FINER : 0.5);
  const cells = losses.map((loss, k) => [Math.floor(k / up), k % up, badness(loss)] as const);
  const value = (loss: number) => (isSd || of !== 'loss' ? loss : lossOf(objective, loss));
  return { across, up, cells, ends: [value(low), value(high)] };
}
/** The power of a prediction's place that gives its colour: the best part of the range has more of the colours. */
const FINER = 0.5;

/** Draws a cell of the surface at whole pixels, so that no seams are visible. */
const cellOf =
  ({ across, up }: Surface, colourOf: (badness: number) => string) =>
  (_: unknown, api: DrawApi) => {
    const [a, b] = [Number(api.value(0)), Number(api.value(1))];
    const [left, bottom] = api.coord([a / across, b / up]) as [number, number];
    const [right, top] = api.coord([(a + 1) / across, (b + 1) / up]) as [number, number];
    return {
      type: 'rect',
      shape: {
        x: Math.round(left),
        y: Math.round(top),
        width: Math.round(right) - Math.round(left),
        height: Math.round(bottom) - Math.round(top),
      },
      style: { fill: colourOf(Number(api.value(2))), opacity: 0.55 },
    };
  };

const sidesOf = (scale: AxisScale): number => scale.labels?.length ?? CELLS;

interface Result {
  readonly place: readonly [number, number];
  readonly value: number;
}

/** The width of the kernel, as a share of an axis. */
const WIDTH = 0.09;

/** Means of the results around each cell, weighted by a normal kernel (Nadaraya & Watson 1964). Cells far from all results are left out. */
function smoothed(results: readonly Result[], across: number, up: number): (readonly [number, number, number])[] {
  const cells: (readonly [number, number, number])[] = [];
  for (let a = 0; a < across; a++) {
    for (let b = 0; b < up; b++) {
      let sum = 0;
      let weight = 0;
      for (const { place, value } of results) {
        const distance = ((a + 0.5) / across - place[0]) ** 2 + ((b + 0.5) / up - place[1]) ** 2;
        const w = Math.exp(-distance / (2 * WIDTH ** 2));
        sum += w * value;
        weight += w;
      }
      if (weight > 0.05) cells.push([a, b, sum / weight]);
    }
  }
  return cells;
}
