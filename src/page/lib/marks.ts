import type { Pixels } from './pixels.ts';

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

/** The same mark without transparent pixels, so that very many of them are drawn fast: one below another costs no more than a look. */
export function crisp({ side, across, down, inks }: Mark): Mark {
  const most = inks.reduce((opacity, ink) => Math.max(opacity, ink >>> 24), 0);
  const kept = [...inks.keys()].filter((k) => 2 * (inks[k]! >>> 24) >= most);
  return {
    side,
    across: Int32Array.from(kept, (k) => across[k]!),
    down: Int32Array.from(kept, (k) => down[k]!),
    inks: Uint32Array.from(kept, (k) => inks[k]! | 0xff000000),
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
