/** Options of an ECharts chart. Its own types have no place here: figures must not need the library. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** What ECharts gives to a function that draws a series of its own. */
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
  readonly coordSys: { readonly y: number; readonly height: number };
}
