import type { CustomSeriesRenderItemAPI } from 'echarts/types/dist/shared';

interface Style {
  readonly color: string;
  readonly width: number;
  readonly dashed?: boolean;
}

/** A value that holds until the next point. Series of lines leave out steps of less than a pixel, and draw slopes instead. */
export const stairs = (
  id: string,
  points: readonly (readonly [x: number, y: number])[],
  { color, width, dashed = false }: Style,
): object => ({
  type: 'custom',
  id,
  silent: true,
  clip: true,
  z: 5,
  data: points.length > 0 ? [points[0]] : [],
  renderItem: (_: unknown, api: CustomSeriesRenderItemAPI) => ({
    type: 'polyline',
    shape: { points: corners(points).map((point) => api.coord([...point])) },
    style: { stroke: color, lineWidth: width, fill: 'none', lineDash: dashed ? [5, 4] : undefined },
  }),
});

const corners = (points: readonly (readonly [number, number])[]): (readonly [number, number])[] =>
  points.flatMap((point, i) => (i === 0 ? [point] : [[point[0], points[i - 1]![1]] as const, point]));
