import type { Theme } from '../colours.ts';
import { cut, withoutBraces } from '../format.ts';
import type { TrialState } from '../looks.ts';
import type { ChartOption, DrawApi } from '../option.ts';
import { type AxisScale, coordinateAt } from '../scale.ts';

/** Points over two axes, as values or as places from 0 to 1; some also have the number of a trial. */
export type Path = readonly (readonly [x: number, y: number, trial?: number])[];

/** A line over two axes, which keeps a value until the next point. */
export interface Line {
  /** Places from 0 to 1. */
  readonly path: Path;
  readonly colour: TrialState | 'text';
  /** The place up to which it keeps its last value. Default: its last point. */
  readonly until?: number;
  /** Whether it goes straight from point to point instead. */
  readonly isStraight?: true;
  readonly dashed?: boolean;
  /** What the key of a chart calls it. Its points are marked then; those with a trial show it. */
  readonly name?: string;
}

/** A line as series. Series of the library leave out steps of less than a pixel, and draw slopes instead. */
export function lineSeries(line: Line, k: number, x: AxisScale, y: AxisScale, theme: Theme): readonly ChartOption[] {
  const { path, name, dashed = false } = line;
  const color = theme.colour(line.colour);
  const onAxes = (points: Path) => points.map(([a, b, ...trial]) => [coordinateAt(x, a), coordinateAt(y, b), ...trial]);
  const points = onAxes(drawnPath(line));
  const drawn = {
    type: 'custom',
    id: `line ${k}`,
    silent: true,
    clip: true,
    z: 5,
    data: points.slice(0, 1),
    renderItem: (_: unknown, api: DrawApi) => ({
      type: 'polyline',
      shape: { points: points.map((point) => api.coord(point)) },
      style: { stroke: color, lineWidth: 1.8, fill: 'none', lineDash: dashed ? [5, 4] : undefined },
    }),
  };
  if (name === undefined) return [drawn];
  const id = `${path[0]?.[2] === undefined ? 'points' : 'trials'} ${k}`;
  return [drawn, { type: 'scatter', id, name: withoutBraces(cut(name, 40)), data: onAxes(path), symbolSize: 6, color, z: 6 }];
}

/** The path of a line with both ends of every step. */
export function drawnPath({ path, until, isStraight }: Pick<Line, 'path' | 'until' | 'isStraight'>): Path {
  const whole = until === undefined ? path : upTo(until, path);
  return isStraight
    ? whole
    : whole.flatMap(([x, y], i) => (i === 0 ? [[x, y] as const] : [[x, whole[i - 1]![1]] as const, [x, y] as const]));
}

/** The path with its last value up to an end. */
export const upTo = (end: number, path: Path): Path => (path.length > 0 ? [...path, [end, path.at(-1)![1]]] : path);

/** The places of values on two axes. */
export const placed = (path: Path, x: AxisScale, y: AxisScale): Path =>
  path.map(([a, b, ...trial]) => [x.place(a), y.place(b), ...trial] as const);
