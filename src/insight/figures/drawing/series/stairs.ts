import type { ChartOption, DrawApi } from '../option.ts';

interface Style {
  readonly color: string;
  readonly width: number;
  readonly dashed?: boolean;
}

export type Path = readonly (readonly [x: number, y: number])[];

/** A value that holds until the next point. Series of lines leave out steps of less than a pixel, and draw slopes instead. */
export const stairs = (id: string, points: Path, { color, width, dashed = false }: Style): ChartOption => ({
  type: 'custom',
  id,
  silent: true,
  clip: true,
  z: 5,
  data: points.length > 0 ? [points[0]] : [],
  renderItem: (_: unknown, api: DrawApi) => ({
    type: 'polyline',
    shape: { points: corners(points).map((point) => api.coord([...point])) },
    style: { stroke: color, lineWidth: width, fill: 'none', lineDash: dashed ? [5, 4] : undefined },
  }),
});

/** The path with both ends of every step. */
export const corners = (points: Path): Path =>
  points.flatMap((point, i) => (i === 0 ? [point] : [[point[0], points[i - 1]![1]] as const, point]));
