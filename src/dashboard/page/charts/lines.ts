import { colour, ramp } from '../lib/theme.ts';

/** What a picture of parallel axes is made of. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Places of trials on axes, one column an axis; NaN where a trial has none. */
  readonly columns: readonly Float32Array[];
  /** Position of each axis from the left. */
  readonly lefts: readonly number[];
  readonly top: number;
  readonly bottom: number;
  /** The column of the first objective, by which lines are coloured; those before it are parameters. */
  readonly by: number;
  /** Whether small places are good. */
  readonly lowIsGood: boolean;
}

/** Pixels below an axis where lines pass of trials that do not have that parameter. */
export const ABSENT = 15;

/** Lines drawn in one go. */
const PORTION = 500;

/** Lines drawn at most while a brush moves; when it rests all are drawn. */
export const QUICK = 1500;

/** Draws the lines of trials that are not selected: a faint background for those that are. */
export function drawBackground(context: CanvasRenderingContext2D, picture: Picture, most: number): void {
  const count = picture.columns[0]?.length ?? 0;
  clear(context, picture);
  context.strokeStyle = colour('--faded');
  context.globalAlpha = Math.max(0.06, Math.min(0.5, 60 / Math.max(1, count)));
  context.lineWidth = 1;
  context.beginPath();
  const every = Math.max(1, Math.ceil(count / most));
  for (let i = 0; i < count; i += every) trace(context, picture, i);
  context.stroke();
  context.globalAlpha = 1;
}

/** Draws selected trials, the best on top; some at a time, so that whoever has a frame to show may do so in between. */
export function* drawSelected(
  context: CanvasRenderingContext2D,
  picture: Picture,
  selected: Uint8Array,
  most: number,
): Generator<void, void> {
  clear(context, picture);
  const colours = ramp();
  const buckets: number[][] = colours.map(() => []);
  const plain: number[] = [];
  const values = picture.columns[picture.by];
  let count = 0;
  for (let i = 0; i < selected.length; i++) {
    if (!selected[i]) continue;
    count++;
    const place = values?.[i] ?? Number.NaN;
    if (Number.isNaN(place)) plain.push(i);
    else buckets[Math.min(colours.length - 1, Math.max(0, Math.floor((picture.lowIsGood ? place : 1 - place) * colours.length)))]!.push(i);
  }
  const every = Math.max(1, Math.ceil(count / most));
  context.lineWidth = count > 400 ? 1 : 1.4;
  context.globalAlpha = Math.max(0.25, Math.min(0.9, 250 / Math.max(1, count / every)));
  yield* stroke(context, picture, plain, colour('--faded-strong'), every);
  for (let k = colours.length - 1; k >= 0; k--) yield* stroke(context, picture, buckets[k]!, colours[k]!, every);
  context.globalAlpha = 1;
}

export function drawOne(context: CanvasRenderingContext2D, picture: Picture, index: number): void {
  context.lineWidth = 3;
  context.globalAlpha = 1;
  stroke(context, picture, [index], colour('--text'), 1).next();
}

function* stroke(context: CanvasRenderingContext2D, picture: Picture, indices: readonly number[], style: string, every: number) {
  for (let from = 0; from < indices.length; from += PORTION * every) {
    context.strokeStyle = style;
    context.beginPath();
    for (let k = from; k < Math.min(indices.length, from + PORTION * every); k += every) trace(context, picture, indices[k]!);
    context.stroke();
    yield;
  }
}

function trace(context: CanvasRenderingContext2D, { columns, lefts, top, bottom, by }: Picture, index: number): void {
  let pen = false;
  for (let axis = 0; axis < columns.length; axis++) {
    const place = columns[axis]![index]!;
    if (Number.isNaN(place) && axis >= by) {
      pen = false;
      continue;
    }
    const y = Number.isNaN(place) ? bottom + ABSENT : bottom - Math.min(1.02, Math.max(-0.02, place)) * (bottom - top);
    if (pen) context.lineTo(lefts[axis]!, y);
    else context.moveTo(lefts[axis]!, y);
    pen = true;
  }
}

function clear(context: CanvasRenderingContext2D, { width, height }: Picture): void {
  context.clearRect(0, 0, width, height);
  context.lineJoin = 'round';
}

/** The selected trial whose line passes nearest to a place, if it is near. */
export function nearest({ columns, lefts, top, bottom }: Picture, selected: Uint8Array, x: number, y: number): number | undefined {
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
