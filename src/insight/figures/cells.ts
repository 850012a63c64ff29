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
const FULL_SHARE = 0.86;
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
  const [across, up] = [cellsAlong(x, side, left, width), cellsAlong(y, side, bottom, -height)];
  const counts = new Map<number, Map<ColourName, number>>();
  for (const i of trials) {
    const at = across.of(places[0][i]!) * up.room + up.of(places[1][i]!);
    const colours = counts.get(at) ?? new Map<ColourName, number>();
    counts.set(at, colours.set(colourOf(i), (colours.get(colourOf(i)) ?? 0) + 1));
  }
  const cells = [...counts].map(([at, colours]) => {
    const [colour] = [...colours].reduce((most, one) => (one[1] > most[1] ? one : most));
    const [a, b] = [Math.floor(at / up.room), at % up.room];
    return { a, b, colour, count: [...colours.values()].reduce((sum, count) => sum + count, 0) };
  });
  const inside = cells.filter(({ a, b }) => a > 0 && b > 0 && a < across.room - 1 && b < up.room - 1);
  const most = inside.reduce((high, { count }) => Math.max(high, count), 1);
  const isShape = x.labels !== undefined || y.labels !== undefined;
  const drawn = cells.map(({ a, b, colour, count }) => {
    const share = Math.min(1, count / most);
    const [[from, wide], [top, high]] = [across.extent(a, share), up.extent(b, share)];
    const opacity = isShape ? SHAPE : FAINT + (SHAPE - FAINT) * Math.sqrt(share);
    return { x: from, y: top, width: wide, height: high, colour, opacity };
  });
  return drawn.filter((cell) => cell.x + cell.width >= seen[0] && cell.x <= seen[1]);
}

/** Cells along an axis: 0 and the last one are outside of its ends. @param length to place 1, in pixels; below 0 if that is above */
function cellsAlong({ labels }: AxisScale, side: number, zero: number, length: number) {
  const count = labels?.length ?? Math.max(1, Math.round(Math.abs(length) / side));
  const outside = SMALLEST * Math.sign(length);
  const edge = (k: number) => (k < 1 ? zero - outside : k > count + 1 ? zero + length + outside : zero + ((k - 1) / count) * length);
  return {
    /** How many cells there are. */
    room: count + 2,
    of: (place: number): number => (place < 0 ? 0 : place > 1 ? count + 1 : 1 + Math.min(count - 1, Math.floor(place * count))),
    /** Where a cell begins, and its size. @param share of the most trials in a cell */
    extent: (k: number, share: number): readonly [from: number, size: number] => {
      const whole = Math.abs(edge(k + 1) - edge(k));
      const shown = labels ? Math.max(1, FULL_SHARE * share * whole) : whole;
      return [(edge(k) + edge(k + 1) - shown) / 2, shown];
    },
  };
}
