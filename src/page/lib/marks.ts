import type { Rgb } from '../../insight/figures/drawing/colours.ts';
import { inkOf, type Pixels } from './pixels.ts';

/** The pixels of a mark that are not empty, and their positions. */
export interface Mark {
  readonly side: number;
  readonly across: Int32Array;
  readonly down: Int32Array;
  readonly inks: Uint32Array;
}

export function markFrom({ width, pixels }: Pixels): Mark {
  const filled = [...pixels.keys()].filter((at) => pixels[at]! >>> 24 > 0);
  return {
    side: width,
    across: Int32Array.from(filled, (at) => at % width),
    down: Int32Array.from(filled, (at) => Math.floor(at / width)),
    inks: Uint32Array.from(filled, (at) => pixels[at]!),
  };
}

/**
 * Draws a mark below what is drawn already, centred at a pixel and clipped to the picture. The topmost marks come first: where they are opaque, the many
 * below them cost no more than a look.
 */
export function stampBelow({ width, height, pixels }: Pixels, { side, across, down, inks }: Mark, x: number, y: number): void {
  const left = Math.round(x - side / 2);
  const top = Math.round(y - side / 2);
  const inside = left >= 0 && top >= 0 && left + side <= width && top + side <= height;
  for (let k = 0; k < inks.length; k++) {
    const column = left + across[k]!;
    const row = top + down[k]!;
    if (!inside && (column < 0 || row < 0 || column >= width || row >= height)) continue;
    const at = row * width + column;
    const above = pixels[at]!;
    if (above >>> 24 < 255) pixels[at] = above === 0 ? inks[k]! : over(above, inks[k]!);
  }
}

/** Draws a rectangle below what is drawn already. @param corners left, top, right and bottom, in pixels */
export function fillBelow({ width, height, pixels }: Pixels, colour: Rgb, opacity: number, corners: readonly number[]): void {
  const [left, top, right, bottom] = corners.map((at, k) => Math.min(k % 2 === 0 ? width : height, Math.max(0, Math.round(at)))) as [
    number,
    number,
    number,
    number,
  ];
  const ink = (Math.round(255 * opacity) << 24) | inkOf(colour);
  for (let row = top; row < bottom; row++) {
    for (let at = row * width + left; at < row * width + right; at++) {
      const above = pixels[at]!;
      if (above >>> 24 < 255) pixels[at] = above === 0 ? ink : over(above, ink);
    }
  }
}

/** Porter & Duff's "over" operator (1984), for colours that are not premultiplied. */
function over(ink: number, under: number): number {
  const a = ink >>> 24;
  const b = ((under >>> 24) * (255 - a)) / 255;
  const both = a + b;
  const share = a / both;
  return (Math.round(both) << 24) | mixed(ink, under, share, 16) | mixed(ink, under, share, 8) | mixed(ink, under, share, 0);
}

const mixed = (ink: number, under: number, share: number, shift: number): number =>
  Math.round(((ink >>> shift) & 255) * share + ((under >>> shift) & 255) * (1 - share)) << shift;
