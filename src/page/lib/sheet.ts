import type { Rgb } from '../../insight/figures/drawing/colours.ts';
import { blank, inkOf, type Pixels } from './pixels.ts';

/** No line covers the pixel yet. */
const EMPTY = 255;
/** Added to the bucket of a line that only grazes a pixel, so that any line that covers the pixel comes first. */
const GRAZED = 128;
/** The share of a pixel at which it counts as covered. */
const COVERED = 0.5;
/** Levels of opacity, and the number of overlapping lines at which opacity is full. */
const SHADES = 1024;
const MOST_LAYERS = 16;

/** Index distances to the next pixel along a line and to its neighbour across, and the size of the picture in both directions. */
interface Way {
  readonly step: number;
  readonly aside: number;
  readonly length: number;
  readonly breadth: number;
}

/**
 * A picture of very many lines, by pixels. Each line has a bucket below 128. A pixel has the colour of the lowest bucket that covers it, and more lines
 * make it more opaque. So the order of drawing does not matter, and a partial picture can be shown at any time.
 */
export class Sheet {
  readonly #picture: Pixels;
  readonly #cover: Float32Array;
  readonly #bucket: Uint8Array;
  readonly #rightward: Way;
  readonly #downward: Way;

  constructor(width: number, height: number) {
    this.#picture = blank(width, height);
    this.#cover = new Float32Array(width * height);
    this.#bucket = new Uint8Array(width * height);
    this.#rightward = { step: 1, aside: width, length: width, breadth: height };
    this.#downward = { step: width, aside: 1, length: height, breadth: width };
    this.clear();
  }

  get width(): number {
    return this.#picture.width;
  }

  get height(): number {
    return this.#picture.height;
  }

  clear(): void {
    this.#cover.fill(0);
    this.#bucket.fill(EMPTY);
  }

  /** Draws a line between two points in pixels; `thickness` is at least 1. */
  line(x0: number, y0: number, x1: number, y1: number, thickness: number, bucket: number): void {
    if (Math.abs(x1 - x0) >= Math.abs(y1 - y0)) this.#along(x0, y0, x1, y1, thickness, bucket, this.#rightward);
    else this.#along(y0, x0, y1, x1, thickness, bucket, this.#downward);
  }

  /** Walks along a and adds, for each pixel across b, the part that the line covers. */
  #along(a0: number, b0: number, a1: number, b1: number, thickness: number, bucket: number, way: Way): void {
    if (a1 < a0) return this.#along(a1, b1, a0, b0, thickness, bucket, way);
    const slope = a1 > a0 ? (b1 - b0) / (a1 - a0) : 0;
    const half = (thickness / 2) * Math.sqrt(1 + slope * slope);
    // Where one line ends and the next starts, only one of them covers the pixel.
    const last = Math.min(way.length, Math.round(a1)) - 1;
    for (let a = Math.max(0, Math.round(a0)); a <= last; a++) {
      const middle = b0 + slope * (a + 0.5 - a0);
      const low = Math.max(0, middle - half);
      const high = Math.min(way.breadth, middle + half);
      const end = Math.ceil(high);
      for (let b = Math.floor(low); b < end; b++) {
        const share = Math.min(high, b + 1) - Math.max(low, b);
        const at = a * way.step + b * way.aside;
        this.#cover[at]! += share;
        const rank = share >= COVERED ? bucket : bucket + GRAZED;
        if (rank < this.#bucket[at]!) this.#bucket[at] = rank;
      }
    }
  }

  /**
   * The picture so far.
   *
   * @param colours one for each bucket.
   * @param opacity of a single line, in [0, 1].
   */
  picture(colours: readonly Rgb[], opacity: number): Pixels {
    const inks = Uint32Array.from(colours, inkOf);
    const finely = (SHADES - 1) / MOST_LAYERS;
    const alphas = Uint32Array.from({ length: SHADES }, (_, k) => Math.round(255 * (1 - (1 - opacity) ** (k / finely))) << 24);
    const { pixels } = this.#picture;
    for (let i = 0; i < pixels.length; i++) {
      const bucket = this.#bucket[i]!;
      pixels[i] = bucket === EMPTY ? 0 : inks[bucket % GRAZED]! | alphas[Math.min(SHADES - 1, (this.#cover[i]! * finely + 0.5) | 0)]!;
    }
    return this.#picture;
  }
}
