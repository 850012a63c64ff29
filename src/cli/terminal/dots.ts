import type { ColourName } from '../../insight/figures/drawing/colours.ts';

/** A picture of dots, two across and four down in each character of a terminal. */
export interface Dots {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  /** @param x from the left @param y from the top */
  dot(x: number, y: number, colour: ColourName): void;
  line(x0: number, y0: number, x1: number, y1: number, colour: ColourName): void;
  /** The characters, row by row. The last dot in a character gives its colour. */
  rows(): readonly (readonly { readonly text: string; readonly colour: ColourName }[])[];
}

/** The bit of each dot in a character, by row and column (Unicode 15, section 21.1). */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const FIRST = 0x2800;

export function dots(columns: number, lines: number): Dots {
  const [width, height] = [2 * columns, 4 * lines];
  const bits = new Uint8Array(columns * lines);
  const colours = new Array<ColourName>(columns * lines).fill('text');
  const dot: Dots['dot'] = (x, y, colour) => {
    const [i, j] = [Math.round(x), Math.round(y)];
    if (!(i >= 0 && i < width && j >= 0 && j < height)) return;
    const at = (j >> 2) * columns + (i >> 1);
    bits[at]! |= BITS[j & 3]![i & 1]!;
    colours[at] = colour;
  };
  return {
    width,
    height,
    dot,
    line: (x0, y0, x1, y1, colour) => {
      const steps = Math.min(width + height, Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)))));
      for (let k = 0; k <= steps; k++) dot(x0 + (k / steps) * (x1 - x0), y0 + (k / steps) * (y1 - y0), colour);
    },
    rows: () =>
      Array.from({ length: lines }, (_, row) =>
        Array.from({ length: columns }, (_, column) => {
          const at = row * columns + column;
          return { text: bits[at] === 0 ? ' ' : String.fromCodePoint(FIRST + bits[at]!), colour: colours[at]! };
        }),
      ),
  };
}
