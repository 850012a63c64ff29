import type { Theme } from '../colours.ts';
import type { TrialState } from '../looks.ts';
import type { ChartOption, DrawApi } from '../option.ts';
import { type AxisScale, coordinateAt } from '../scale.ts';

/** Points over two axes, as values or as places from 0 to 1. */
export type Path = readonly (readonly [x: number, y: number])[];

/** A line over two axes, which keeps a value until the next point. */
export interface Line {
  /** Places from 0 to 1. */
  readonly path: Path;
  readonly colour: TrialState | 'text';
  /** Whether it goes straight from point to point instead. */
  readonly isStraight?: true;
}

/** A line as a series. Series of the library leave out steps of less than a pixel, and draw slopes instead. */
export function lineSeries(line: Line, k: number, x: AxisScale, y: AxisScale, theme: Theme): ChartOption {
  const points = drawnPath(line).map(([a, b]) => [coordinateAt(x, a), coordinateAt(y, b)]);
  return {
    type: 'custom',
    id: `line ${k}`,
    silent: true,
    clip: true,
    z: 5,
    data: points.slice(0, 1),
    renderItem: (_: unknown, api: DrawApi) => ({
      type: 'polyline',
      shape: { points: points.map((point) => api.coord(point)) },
      style: { stroke: theme.colour(line.colour), lineWidth: 1.8, fill: 'none' },
    }),
  };
}

/** The path of a line with both ends of every step. */
export const drawnPath = ({ path, isStraight }: Pick<Line, 'path' | 'isStraight'>): Path =>
  isStraight ? path : path.flatMap(([x, y], i) => (i === 0 ? [[x, y] as const] : [[x, path[i - 1]![1]] as const, [x, y] as const]));

/** The path with its last value up to an end. */
export const upTo = (end: number, path: Path): Path => (path.length > 0 ? [...path, [end, path.at(-1)![1]]] : path);

/** The places of values on two axes. */
export const placed = (path: readonly (readonly [x: number, y: number, trial?: number])[], x: AxisScale, y: AxisScale): Path =>
  path.map(([a, b]) => [x.place(a), y.place(b)] as const);
