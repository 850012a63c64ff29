import { show } from './canvas.ts';
import type { Rgb } from './pixels.ts';
import { Sheet } from './sheet.ts';

/** Milliseconds of drawing a frame. */
const TURN = 8;
/** Lines between two looks at the clock, and between two that are drawn one after the other: any beginning is a fair sample. */
const STRIDE = 64;

/** Very many lines, each of one colour. */
export interface Lines {
  readonly count: number;
  /** Draws the k-th one, in pixels of the canvas. */
  trace(sheet: Sheet, k: number): void;
  /** The colours that there are, those that lie over others first. */
  readonly colours: readonly Rgb[];
  /** Of one line, where there are so many. */
  opacity(lines: number): number;
  /** What is to be seen over all of them. */
  onTop?(context: CanvasRenderingContext2D): void;
}

const sheets = new WeakMap<HTMLCanvasElement, Sheet>();

/**
 * Draws lines onto a canvas: in each frame as many as there is time for, until all are there. What a frame shows is a fair sample of them.
 *
 * @returns what ends that.
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
    show(context, sheet.picture(lines.colours, lines.opacity(Math.max(1, drawn!))));
    lines.onTop?.(context);
    if (!done) frame = requestAnimationFrame(turn);
  };
  let frame = requestAnimationFrame(turn);
  return () => cancelAnimationFrame(frame);
}

/** Yields when its time is over, and says how many lines are drawn. */
function* inTurns(sheet: Sheet, lines: Lines): Generator<number, number> {
  let drawn = 0;
  let until = performance.now() + TURN;
  for (let first = 0; first < Math.min(STRIDE, lines.count); first++) {
    for (let k = first; k < lines.count; k += STRIDE) {
      lines.trace(sheet, k);
      drawn++;
      if (drawn % STRIDE > 0 || performance.now() < until) continue;
      yield drawn;
      until = performance.now() + TURN;
    }
  }
  return drawn;
}
