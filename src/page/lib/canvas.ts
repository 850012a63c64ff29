import type { Rgb } from '../../insight/figures/drawing/colours.ts';
import { type Mark, markFrom } from './marks.ts';
import type { Pixels } from './pixels.ts';

/** Gives a canvas one pixel for each pixel of the screen, at most 2 for each CSS pixel. @returns that ratio. */
export function sized(canvas: HTMLCanvasElement, width: number, height: number): number {
  const ratio = Math.min(2, devicePixelRatio);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return ratio;
}

/** Copies a picture to a canvas of the same size. */
export const putPicture = (context: CanvasRenderingContext2D, { width, height, pixels }: Pixels): void =>
  context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);

interface Shape {
  /** Its path, in a square of 10. */
  readonly path: string;
  readonly fill: Rgb;
  /** In [0, 1]. */
  readonly opacity: number;
  readonly edge?: Rgb;
  readonly dashed?: boolean;
}

/** Draws a mark once, to be stamped many times. */
export function markOf({ path, fill, opacity, edge, dashed = false }: Shape, size: number): Mark {
  const side = size + 2;
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })!;
  context.translate(1, 1);
  context.scale(size / 10, size / 10);
  const shape = new Path2D(path);
  context.globalAlpha = opacity;
  context.fillStyle = `rgb(${fill.join(',')})`;
  context.fill(shape);
  if (edge) {
    context.globalAlpha = 1;
    context.strokeStyle = `rgb(${edge.join(',')})`;
    context.lineWidth = 2.2;
    if (dashed) context.setLineDash([2, 1.6]);
    context.stroke(shape);
  }
  return markFrom({ width: side, height: side, pixels: new Uint32Array(context.getImageData(0, 0, side, side).data.buffer) });
}
