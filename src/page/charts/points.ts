import { looks, states, type TrialState } from '../../insight/figures/drawing/looks.ts';
import { ends } from '../../insight/figures/drawing/scale.ts';
import { type Points, sideOf } from '../../insight/figures/points.ts';
import { markOf, putPicture } from '../lib/canvas.ts';
import { crisp, type Mark, stampBelow } from '../lib/marks.ts';
import { blank, type Pixels } from '../lib/pixels.ts';
import { colour, palette, rgb } from '../lib/theme.ts';
import { focusedIndex, selected, selectedByState, selectedIndices } from '../state/selection.ts';
import { rows } from '../state/store.ts';
import { across, type Frame, NEAR, type Overlay, up } from './overlay.ts';

/** Trials as points, with selected trials in front. */
export const trialPoints = (layers: readonly Points[]): Overlay => ({
  grids: layers.map(({ grid = 0, x, y }) => ({ grid, x: ends(x), y: ends(y) })),
  draw: (canvas, frames, ratio) => drawPoints(canvas, layers, frames, ratio),
  nearest: (frames, x, y) => nearestPoint(layers, frames, x, y),
});

/** Distance of a trial's point from the left in pixels, or NaN if it is not visible. */
function xOf({ places: [x] }: Points, frame: Frame, trial: number): number {
  const at = across(frame, x[trial]!);
  return at >= frame.seen[0] && at <= frame.seen[1] ? at : Number.NaN;
}
const yOf = ({ places: [, y] }: Points, frame: Frame, trial: number): number => up(frame, y[trial]!);

const pictures = new WeakMap<HTMLCanvasElement, Pixels>();

/** An empty picture of the size of a canvas. */
function pictureFor(canvas: HTMLCanvasElement): Pixels {
  const { width, height } = canvas;
  let picture = pictures.get(canvas);
  if (picture?.width !== width || picture.height !== height) picture = blank(width, height);
  else picture.pixels.fill(0);
  pictures.set(canvas, picture);
  return picture;
}

function drawPoints(canvas: HTMLCanvasElement, layers: readonly Points[], frames: readonly Frame[], ratio: number): undefined {
  const picture = pictureFor(canvas);
  const chosen = selected.value;
  const all = rows.value;
  const behind = suited(fadedMark(ratio), all.length);
  const of = selectedByState.value;
  for (let k = layers.length - 1; k >= 0; k--) {
    const points = layers[k]!;
    const put = (trial: number, mark: Mark) => {
      const x = xOf(points, frames[k]!, trial);
      const y = yOf(points, frames[k]!, trial);
      if (!Number.isNaN(x + y)) stampBelow(picture, mark, ratio * x, ratio * y);
    };
    for (const state of states.toReversed()) {
      const trials = of[state] ?? [];
      const mark = suited(markOfState(state, sideOf(trials.length), ratio), all.length);
      for (let i = trials.length - 1; i >= 0; i--) put(trials[i]!, mark);
    }
    for (let i = all.length - 1; i >= 0; i--) if (!chosen[i]) put(i, behind);
  }
  const context = canvas.getContext('2d')!;
  putPicture(context, picture);
  const looked = focusedIndex.value;
  if (looked < 0) return;
  for (const [k, points] of layers.entries()) ringAround(context, xOf(points, frames[k]!, looked), yOf(points, frames[k]!, looked), ratio);
}

/** A ring around the focused trial. */
function ringAround(context: CanvasRenderingContext2D, x: number, y: number, ratio: number): void {
  if (Number.isNaN(x + y)) return;
  context.strokeStyle = colour('text');
  context.lineWidth = 2 * ratio;
  context.beginPath();
  context.arc(ratio * x, ratio * y, 6.5 * ratio, 0, 2 * Math.PI);
  context.stroke();
}

/** The selected trial whose point is nearest to a position, if it is near enough. */
function nearestPoint(layers: readonly Points[], frames: readonly Frame[], x: number, y: number): number | undefined {
  let found: number | undefined;
  let least = NEAR;
  for (const [k, points] of layers.entries()) {
    for (const i of selectedIndices.value) {
      const distance = Math.hypot(xOf(points, frames[k]!, i) - x, yOf(points, frames[k]!, i) - y);
      if (distance < least) [least, found] = [distance, i];
    }
  }
  return found;
}

/** From this number of trials on, most points lie on others, and their edges cannot be seen. */
const CROWD = 10_000;
const crispMarks = new WeakMap<Mark, Mark>();

/** A mark as it is drawn for so many trials. */
function suited(mark: Mark, trials: number): Mark {
  if (trials < CROWD) return mark;
  const known = crispMarks.get(mark) ?? crisp(mark);
  crispMarks.set(mark, known);
  return known;
}

const marks = new Map<string, Mark>();

function kept(key: string, make: () => Mark): Mark {
  const whole = `${key} ${palette.value}`;
  const known = marks.get(whole) ?? make();
  marks.set(whole, known);
  return known;
}

const fadedMark = (ratio: number): Mark =>
  kept(`faded ${ratio}`, () => markOf({ path: 'M1 1H9V9H1Z', fill: rgb('faded'), opacity: 1 }, Math.round(4 * ratio)));

const markOfState = (state: TrialState, side: number, ratio: number): Mark =>
  kept(`${state} ${side} ${ratio}`, () => {
    const { colour: name, mark: path, hollow = false, dashed = false } = looks[state];
    const shape = hollow ? { fill: rgb('panel'), opacity: 1, edge: rgb(name), dashed } : { fill: rgb(name), opacity: 0.85 };
    return markOf({ path, ...shape }, Math.round(side * ratio));
  });
