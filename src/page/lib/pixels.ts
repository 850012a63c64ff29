import type { Rgb } from '../../insight/figures/drawing/colours.ts';

/** A picture, row by row. The bytes of a pixel are red, green, blue and opacity, from the lowest up. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array<ArrayBuffer>;
}

export const inkOf = ([red, green, blue]: Rgb): number => (blue << 16) | (green << 8) | red;

export const blank = (width: number, height: number): Pixels => ({ width, height, pixels: new Uint32Array(width * height) });
