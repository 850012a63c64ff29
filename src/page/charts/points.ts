import { cellsOf, type Frame, type Points } from '../../insight/figures/cells.ts';
import { type Beyond, beyond, type Look, lookBeyond, looks, states } from '../../insight/figures/drawing/looks.ts';
import { ends } from '../../insight/figures/drawing/scale.ts';
import { beyondText, crowdOf, sideOf, standsOut } from '../../insight/figures/points.ts';
import { markOf, putPicture } from '../lib/canvas.ts';
import { fillBelow, type Mark, stampBelow } from '../lib/marks.ts';
import { blank, type Pixels } from '../lib/pixels.ts';
import { colour, palette, rgb } from '../lib/theme.ts';
import { focusedIndex, selected, selectedIndices } from '../state/selection.ts';
import { figures } from '../state/shownStudy.ts';
import { rows } from '../state/store.ts';
import { across, NEAR, type Overlay, up } from './overlay.ts';

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
  const all = rows.value;
  const chosen = selected.value;
  const isOut = standsOut(figures);
  const others = [...all.keys()].filter((i) => !chosen[i]);
  for (const [k, points] of layers.entries()) {
    const frame = frames[k]!;
    const put = (trial: number, mark: Mark) => {
      const x = xOf(points, frame, trial);
      if (!Number.isNaN(x)) stampBelow(picture, mark, ratio * x, ratio * yOf(points, frame, trial));
    };
    const fill = (trials: readonly number[], colourOf: Parameters<typeof cellsOf>[2]) => {
      for (const cell of cellsOf(points, trials, colourOf, frame)) {
        fillBelow(
          picture,
          rgb(cell.colour),
          cell.opacity,
          [cell.x, cell.y, cell.x + cell.width, cell.y + cell.height].map((at) => ratio * at),
        );
      }
    };
    const front = crowdOf(points, selectedIndices.value, (i) => isOut(all[i]!));
    for (const state of states.toReversed()) {
      const of = front.points.filter((i) => all[i]!.state === state).reverse();
      const side = Math.round(sideOf(front.points.length) * ratio);
      for (const i of of) {
        const place = beyond(points.places[0][i]!, points.places[1][i]!);
        put(i, markFor(place ? lookBeyond(state, place) : looks[state], side, place));
      }
    }
    fill(front.crowd, (i) => looks[all[i]!.state].colour);
    const behind = crowdOf(points, others, () => false);
    for (const i of behind.points) put(i, fadedMark(ratio));
    fill(behind.crowd, () => 'faded');
  }
  const context = canvas.getContext('2d')!;
  putPicture(context, picture);
  const looked = focusedIndex.value;
  for (const [k, points] of layers.entries()) {
    const frame = frames[k]!;
    writeBeyond(context, points, selectedIndices.value, frame, ratio);
    if (looked >= 0) ringAround(context, xOf(points, frame, looked), yOf(points, frame, looked), ratio);
  }
}

/** Writes how many of some trials lie beyond the ends of the axes. */
export function writeBeyond(
  context: CanvasRenderingContext2D,
  points: Points,
  trials: Int32Array,
  { seen, bottom, height }: Frame,
  ratio: number,
) {
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textAlign = 'right';
  context.fillStyle = colour('muted');
  context.fillText(beyondText(points, trials), ratio * seen[1], ratio * (bottom - height - 9));
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

const marks = new Map<string, Mark>();

function kept(key: string, make: () => Mark): Mark {
  const whole = `${key} ${palette.value}`;
  const known = marks.get(whole) ?? make();
  marks.set(whole, known);
  return known;
}

const fadedMark = (ratio: number): Mark =>
  kept(`faded ${ratio}`, () => markOf({ path: 'M1 1H9V9H1Z', fill: rgb('faded'), opacity: 1 }, Math.round(4 * ratio)));

const markFor = (look: Look, side: number, place?: Beyond): Mark =>
  kept(`${look.label} ${side} ${place}`, () => {
    const { colour: name, mark: path, hollow, dashed = false } = look;
    const shape = hollow ? { fill: rgb('panel'), opacity: 1, edge: rgb(name), dashed } : { fill: rgb(name), opacity: 0.85 };
    return markOf({ path, ...shape }, side);
  });
