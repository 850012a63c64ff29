import type { ColourName } from './drawing/colours.ts';
import type { AxisScale } from './drawing/scale.ts';

/** Trials as points in a grid of a chart: their places on its axes, in the order of the rows; NaN if a trial is not drawn. */
export interface Points {
  readonly grid?: number;
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly places: readonly [x: ArrayLike<number>, y: ArrayLike<number>];
  /** Whether a surface below shows what a crowd of trials would cover. */
  readonly onSurface?: true;
}

/** A grid on the screen: the pixels of place 0, and the distance to place 1. */
export interface Frame {
  readonly left: number;
  readonly width: number;
  readonly bottom: number;
  readonly height: number;
  /** The visible part. */
  readonly seen: readonly [left: number, right: number];
}

/** Trials that lie near each other, as a rectangle in pixels. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** That of most of them. */
  readonly colour: ColourName;
  readonly opacity: number;
}

/** The side of a cell in pixels: at most the first, at least the second, and otherwise so that a cell has this many trials in the mean. */
const [WIDEST, SMALLEST, USUAL] = [14, 6, 4];
/** The share of a category's room that its most frequent value takes. */
const FULL = 0.86;
/** The opacity of shapes and of the fullest cell, and of an almost empty one: less than that of the points on top. */
const SHAPE = 0.5;
const FAINT = 0.12;

/**
 * Where many trials lie. Between two axes of numbers, cells are more opaque with more trials. Along categories, they are wider instead, so that each
 * category has the shape of its distribution (violin plot, Hintze & Nelson 1998). Trials beyond an axis are in cells outside of it.
 */
export function cellsOf(
  { x, y, places }: Points,
  trials: readonly number[],
  colourOf: (trial: number) => ColourName,
  frame: Frame,
): Cell[] {
  const { left, width, bottom, height, seen } = frame;
  const side = Math.min(WIDEST, Math.max(SMALLEST, Math.sqrt((USUAL * width * height) / trials.length)));
  const across = cellsAlong(x, side, left, width, [Math.max(0, (seen[0] - left) / width), Math.min(1, (seen[1] - left) / width)]);
  const up = cellsAlong(y, side, bottom, -height, [0, 1]);
  const rows = up.count + 2;
  const counts = new Map<number, Map<ColourName, number>>();
  for (const i of trials) {
    const [a, b] = [across.of(places[0][i]!), up.of(places[1][i]!)];
    if (a < 0) continue;
    const at = a * rows + b;
    const colours = counts.get(at) ?? new Map<ColourName, number>();
    counts.set(at, colours);
    const colour = colourOf(i);
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  const cells = [...counts].map(([at, colours]) => {
    const [colour] = [...colours].reduce((most, one) => (one[1] > most[1] ? one : most));
    return { at, colour, count: [...colours.values()].reduce((sum, count) => sum + count, 0) };
  });
  const isInside = (k: number, { count }: { readonly count: number }) => k > 0 && k <= count;
  const most = cells.reduce(
    (high, { at, count }) => (isInside(Math.floor(at / rows), across) && isInside(at % rows, up) ? Math.max(high, count) : high),
    1,
  );
  const isShape = x.labels !== undefined || y.labels !== undefined;
  return cells.map(({ at, colour, count }) => {
    const share = Math.min(1, count / most);
    const [from, wide] = across.extent(Math.floor(at / rows), share);
    const [top, high] = up.extent(at % rows, share);
    const opacity = isShape ? SHAPE : FAINT + (SHAPE - FAINT) * Math.sqrt(share);
    return { x: from, y: top, width: wide, height: high, colour, opacity };
  });
}

/** Cells along an axis: 0 and the last one are outside of its ends. @param length to place 1, in pixels; below 0 if that is above @param part that is visible */
function cellsAlong({ labels }: AxisScale, side: number, zero: number, length: number, [first, last]: readonly [number, number]) {
  const size = last - first;
  const count = labels?.length ?? Math.max(1, Math.round((size * Math.abs(length)) / side));
  const outside = SMALLEST * Math.sign(length);
  const edge = (k: number): number =>
    k < 1 ? zero - outside : k > count + 1 ? zero + length + outside : zero + (first + ((k - 1) / count) * size) * length;
  return {
    count,
    /** The cell of a place; -1 if it is not visible. */
    of: (place: number): number => {
      if (place < 0) return 0;
      if (place > 1) return count + 1;
      return place < first || place > last ? -1 : 1 + Math.min(count - 1, Math.floor(((place - first) / size) * count));
    },
    /** Where a cell begins, and its size. @param share of the most trials in a cell */
    extent: (k: number, share: number): readonly [from: number, size: number] => {
      const [a, b] = [edge(k), edge(k + 1)];
      const whole = Math.abs(b - a);
      const shown = labels ? Math.max(1, FULL * share * whole) : whole;
      return [(a + b - shown) / 2, shown];
    },
  };
}
