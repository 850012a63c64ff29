import { type Rgb, ramp } from '../../insight/figures/drawing/colours.ts';
import { sized } from '../lib/canvas.ts';
import { drawLines, strokeRimmed } from '../lib/drawing.ts';
import { rgb, theme } from '../lib/theme.ts';

/** The layout and data of a picture of parallel axes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The places of trials, one column for each axis; NaN if a trial has none. */
  readonly columns: readonly Float32Array[];
  /** Distance of each axis from the left. */
  readonly lefts: readonly number[];
  readonly top: number;
  readonly bottom: number;
  /** The places of the first objective, which colours the lines. */
  readonly by: Float32Array | undefined;
  /** Whether each axis is that of a parameter, which a trial can lack. */
  readonly isParameter: readonly boolean[];
  /** Whether low places are good. */
  readonly lowIsGood: boolean;
}

/** Trials without a parameter pass this many pixels below its axis. */
export const BELOW_AXIS = 15;
/** Up to this many lines are drawn thicker. */
const THICK_LINES = 400;

/** The colours of lines, and which one each trial has. */
interface Inks {
  readonly colours: readonly Rgb[];
  of(trial: number): number;
  opacity(lines: number): number;
}

/** One colour for all trials, behind the selection. */
export const faded = (): Inks => ({
  colours: [rgb('faded')],
  of: () => 0,
  opacity: (lines) => Math.max(0.06, Math.min(0.5, 60 / lines)),
});

/** Colours by the first objective. Trials without a value lie below all others. */
export function byValue({ by: values, lowIsGood }: Picture): Inks {
  const colours = [...ramp(theme), rgb('faded-strong')];
  const count = colours.length - 1;
  const of = (trial: number) => {
    const place = values?.[trial] ?? Number.NaN;
    return Number.isNaN(place) ? count : Math.min(count - 1, Math.max(0, Math.floor((lowIsGood ? place : 1 - place) * count)));
  };
  return { colours, of, opacity: (lines) => Math.max(0.25, Math.min(0.9, 250 / lines)) };
}

/** Draws trials as lines from axis to axis. @returns a function that stops drawing. */
export function drawTrials(canvas: HTMLCanvasElement, picture: Picture, trials: ArrayLike<number>, { of, ...inks }: Inks): () => void {
  const ratio = sized(canvas, picture.width, picture.height);
  const thickness = ratio * (trials.length > THICK_LINES ? 1 : 1.4);
  const { columns, lefts } = picture;
  return drawLines(canvas, {
    ...inks,
    count: trials.length,
    trace: (sheet, k) => {
      const trial = trials[k]!;
      let before = Number.NaN;
      for (let axis = 0; axis < columns.length; axis++) {
        const y = ratio * heightOf(picture, axis, trial);
        if (!Number.isNaN(before + y)) sheet.line(ratio * lefts[axis - 1]!, before, ratio * lefts[axis]!, y, thickness, of(trial));
        before = y;
      }
    },
  });
}

/** The height at which a trial crosses an axis, or NaN. */
function heightOf({ columns, isParameter, top, bottom }: Picture, axis: number, trial: number): number {
  const place = columns[axis]![trial]!;
  if (Number.isNaN(place)) return isParameter[axis] ? bottom + BELOW_AXIS : Number.NaN;
  return bottom - place * (bottom - top);
}

/** Draws single trials with a rim, the last one on top. */
export function drawSome(canvas: HTMLCanvasElement, picture: Picture, some: readonly (readonly [trial: number, colour: string])[]): void {
  const ratio = sized(canvas, picture.width, picture.height);
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, picture.width, picture.height);
  for (const [trial, colour] of some) {
    const path = new Path2D();
    let pen = false;
    for (const [axis, left] of picture.lefts.entries()) {
      const y = heightOf(picture, axis, trial);
      if (!Number.isNaN(y)) path[pen ? 'lineTo' : 'moveTo'](left, y);
      pen = !Number.isNaN(y);
    }
    strokeRimmed(context, path, colour, 3);
  }
}

/** The selected trial whose line is nearest to a point, if it is near enough. */
export function nearestLine({ columns, lefts, top, bottom }: Picture, selected: Uint8Array, x: number, y: number): number | undefined {
  const right = lefts.findIndex((left) => left >= x);
  if (right < 1) return undefined;
  const [a, b] = [columns[right - 1]!, columns[right]!];
  const share = (x - lefts[right - 1]!) / (lefts[right]! - lefts[right - 1]!);
  const wanted = (bottom - y) / (bottom - top);
  let found: number | undefined;
  let least = 6 / (bottom - top);
  for (let i = 0; i < selected.length; i++) {
    if (!selected[i]) continue;
    const distance = Math.abs(a[i]! + share * (b[i]! - a[i]!) - wanted);
    if (distance < least) {
      least = distance;
      found = i;
    }
  }
  return found;
}
