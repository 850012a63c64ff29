import { markOf, putPicture } from '../lib/canvas.ts';
import { cut, formatNumber } from '../lib/format.ts';
import { type Mark, stamp } from '../lib/marks.ts';
import { blank, type Pixels } from '../lib/pixels.ts';
import { ends } from '../lib/scale.ts';
import { colour, looks, palette, rgb, states, type TrialState } from '../lib/theme.ts';
import { focused, selected, selectedIndices } from '../state/selection.ts';
import { columns, rowOf, rows, scales } from '../state/store.ts';
import { across, type Frame, type Grid, NEAR, type Overlay, up } from './overlay.ts';

/** Trials as points in a grid of a chart: their places on its axes, NaN if a trial is not drawn. */
export interface Points extends Grid {
  readonly places: readonly [x: ArrayLike<number>, y: ArrayLike<number>];
}

/** Trials as points, with selected trials in front. */
export const trialPoints = (layers: readonly Points[]): Overlay => ({
  grids: layers,
  draw: (canvas, frames, ratio) => drawPoints(canvas, layers, frames, ratio),
  nearest: (frames, x, y) => nearestPoint(layers, frames, x, y),
});

/** All trials over two axes of `scales`. */
export function trialsOver(x: number, y: number): Overlay {
  const [across, up] = [scales.value[x], scales.value[y]];
  return trialPoints(across && up ? [{ x: ends(across), y: ends(up), places: [columns.value[x]!, columns.value[y]!] }] : []);
}

/** Distance of a trial's point from the left in pixels, or NaN if it is not visible. */
function xOf({ places: [x] }: Points, frame: Frame, trial: number): number {
  const at = across(frame, x[trial]!);
  return at >= frame.seen[0] && at <= frame.seen[1] ? at : Number.NaN;
}
const yOf = ({ places: [, y] }: Points, frame: Frame, trial: number): number => up(frame, y[trial]!);

/** Above these numbers of trials, points are smaller. */
const MANY = 300;
const VERY_MANY = 1500;
const sideOf = (count: number): number => (count > VERY_MANY ? 4 : count > MANY ? 5 : 7);

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
  const behind = fadedMark(ratio);
  const of = byState(chosen);
  for (const [k, points] of layers.entries()) {
    const put = (trial: number, mark: Mark) => {
      const [x, y] = [xOf(points, frames[k]!, trial), yOf(points, frames[k]!, trial)];
      if (!Number.isNaN(x + y)) stamp(picture, mark, ratio * x, ratio * y);
    };
    for (let i = 0; i < all.length; i++) if (!chosen[i]) put(i, behind);
    for (const state of states) {
      const mark = markOfState(state, sideOf(of[state]?.length ?? 0), ratio);
      for (const i of of[state] ?? []) put(i, mark);
    }
  }
  const context = canvas.getContext('2d')!;
  putPicture(context, picture);
  const looked = all.findIndex(({ trial }) => trial === focused.value);
  if (looked < 0) return;
  for (const [k, points] of layers.entries()) ringAround(context, xOf(points, frames[k]!, looked), yOf(points, frames[k]!, looked), ratio);
}

function byState(chosen: Uint8Array): Partial<Record<TrialState, number[]>> {
  const of: Partial<Record<TrialState, number[]>> = {};
  rows.value.forEach(({ state }, i) => {
    if (!chosen[i]) return;
    const trials = of[state];
    if (trials) trials.push(i);
    else of[state] = [i];
  });
  return of;
}

/** A ring around the focused trial. */
function ringAround(context: CanvasRenderingContext2D, x: number, y: number, ratio: number): void {
  if (Number.isNaN(x + y)) return;
  context.strokeStyle = colour('--text');
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
  kept(`faded ${ratio}`, () => markOf({ path: 'M1 1H9V9H1Z', fill: rgb('--faded'), opacity: 1 }, Math.round(4 * ratio)));

const markOfState = (state: TrialState, side: number, ratio: number): Mark =>
  kept(`${state} ${side} ${ratio}`, () => {
    const { colour: name, mark: path, hollow = false, dashed = false } = looks[state];
    const shape = hollow ? { fill: rgb('--panel'), opacity: 1, edge: rgb(name), dashed } : { fill: rgb(name), opacity: 0.85 };
    return markOf({ path, ...shape }, Math.round(side * ratio));
  });

/** The text of a trial's tooltip. */
export function aboutTrial(trial: number): string {
  const row = rowOf(trial);
  if (row === undefined) return '';
  const values = Object.entries(row.values ?? {}).map(([name, value]) => `${cut(name, 24)}  ${formatNumber(value)}`);
  const params = Object.entries(row.params)
    .slice(0, 12)
    .map(([name, value]) => `${cut(name, 24)}  ${cut(formatNumber(value), 30)}`);
  return [`trial ${trial} · ${looks[row.state].label}`, ...values, ...params, `by ${cut(row.by, 40)}`].map(withoutBraces).join('\n');
}

/** Without braces, which the chart takes for its own markup. */
export const withoutBraces = (text: string): string => text.replaceAll('{', '(').replaceAll('}', ')');

export const trialTooltip = ({ value }: { readonly value?: unknown }): string =>
  Array.isArray(value) ? aboutTrial(Number(value.at(-1))) : '';
