/** Options of an ECharts chart. Its own types are not used, because figures must not need the library. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** The argument that ECharts passes to a function that draws a custom series. */
export interface DrawApi {
  value(dimension: number): number | string;
  /** The pixel of a point on the axes. */
  coord(point: readonly unknown[]): number[];
  /** The size in pixels of a distance on the axes. */
  size(distance: readonly number[]): number[];
  visual(name: 'color'): unknown;
}

/** The place of a chart's axes in pixels. */
export interface DrawFrame {
  readonly coordSys: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}
