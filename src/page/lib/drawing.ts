import type { Rgb } from '../../insight/figures/drawing/colours.ts';
import { putPicture } from './canvas.ts';
import { Sheet } from './sheet.ts';
import { colour } from './theme.ts';

/** Milliseconds of drawing in each frame. */
const TURN_MS = 8;
/** How many lines are drawn between two checks of the time. Every so many-th line is drawn first, so that a partial picture is a fair sample. */
const STRIDE = 64;

/** Very many lines, each of one colour. */
export interface Lines {
  readonly count: number;
  /** Draws the k-th line, in pixels of the canvas. */
  trace(sheet: Sheet, k: number): void;
  /** All colours, topmost first. */
  readonly colours: readonly Rgb[];
  /** The opacity of a line, for a number of lines. */
  opacity(lines: number): number;
  /** Draws over all lines. */
  onTop?(context: CanvasRenderingContext2D): void;
}

/** Draws a line that stands out among many, with a rim in the colour of the background. */
export function strokeRimmed(context: CanvasRenderingContext2D, path: Path2D, ink: string, width: number): void {
  context.lineJoin = 'round';
  context.strokeStyle = colour('panel');
  context.lineWidth = 2 * width;
  context.stroke(path);
  context.strokeStyle = ink;
  context.lineWidth = width;
  context.stroke(path);
}

const sheets = new WeakMap<HTMLCanvasElement, Sheet>();

/**
 * Draws lines onto a canvas, in each frame as many as time allows, until all are drawn.
 *
 * @returns a function that stops drawing.
 */
export function drawLines(canvas: HTMLCanvasElement, lines: Lines): () => void {
  let sheet = sheets.get(canvas);
  if (sheet?.width !== canvas.width || sheet.height !== canvas.height) {
    sheet = new Sheet(canvas.width, canvas.height);
    sheets.set(canvas, sheet);
  }
  sheet.clear();
  const context = canvas.getContext('2d')!;
  const drawing = inTurns(sheet, lines);
  const turn = () => {
    const { value: drawn, done } = drawing.next();
    putPicture(context, sheet.picture(lines.colours, lines.opacity(Math.max(1, drawn!))));
    lines.onTop?.(context);
    if (!done) frame = requestAnimationFrame(turn);
  };
  let frame = requestAnimationFrame(turn);
  return () => cancelAnimationFrame(frame);
}

/** Yields the number of lines drawn so far when the time of a frame is over. */
function* inTurns(sheet: Sheet, lines: Lines): Generator<number, number> {
  let drawn = 0;
  let until = performance.now() + TURN_MS;
  for (let first = 0; first < Math.min(STRIDE, lines.count); first++) {
    for (let k = first; k < lines.count; k += STRIDE) {
      lines.trace(sheet, k);
      drawn++;
      if (drawn % STRIDE > 0 || performance.now() < until) continue;
      yield drawn;
      until = performance.now() + TURN_MS;
    }
  }
  return drawn;
}
