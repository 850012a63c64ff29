import type { Frame, Points } from '../../insight/figures/cells.ts';
import { type CurveScales, curveEnds, curvePath, goesOn } from '../../insight/figures/curves.ts';
import { beyond, lookBeyond, looks, type TrialState } from '../../insight/figures/drawing/looks.ts';
import { ends } from '../../insight/figures/drawing/scale.ts';
import type { Path } from '../../insight/figures/drawing/series/lines.ts';
import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import { bestLineage } from '../../insight/figures/schedule.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { curvePart } from '../lib/curvePart.ts';
import { drawLines, type Lines, strokeRimmed } from '../lib/drawing.ts';
import { colour, rgb } from '../lib/theme.ts';
import { focusedIndex, selected, selectedIndices } from '../state/selection.ts';
import { figures } from '../state/shownStudy.ts';
import { rows } from '../state/store.ts';
import { across, NEAR, type Overlay, up } from './overlay.ts';
import { writeBeyond } from './points.ts';

/** Topmost first. */
const ORDER: readonly TrialState[] = ['running', 'completed', 'stopped', 'infeasible', 'failed', 'retracted', 'waiting'];

/** Trials as curves of what they reported by step. */
export const trialCurves = (scales: CurveScales): Overlay => {
  const [steps, values] = scales;
  const all = rows.value;
  return {
    grids: [{ x: ends(steps), y: ends(values) }],
    draw: (canvas, [frame], ratio) => drawLines(canvas, linesOf(all, scales, frame!, ratio)),
    nearest: ([frame], x, y) => {
      const { left, width } = frame!;
      const [low, high] = [x - NEAR, x + NEAR].map((at) => steps.at(clampUnit((at - left) / width))) as [number, number];
      let found: number | undefined;
      let least = NEAR;
      for (const index of selectedIndices.value) {
        const distance = distanceTo(placed(curvePart(all[index]?.curve ?? [], low, high), scales, frame!), x, y);
        if (distance < least) [least, found] = [distance, index];
      }
      return found;
    },
  };
};

/** The points of a curve in pixels. */
const placed = (curve: readonly number[], scales: CurveScales, frame: Frame): Path =>
  curvePath({ curve }, scales).map(([x, y]) => [across(frame, x), up(frame, y)] as const);

function linesOf(all: readonly FigureRow[], scales: CurveScales, frame: Frame, ratio: number): Lines {
  const looked = focusedIndex.value;
  const indices = selectedIndices.value;
  const points = (index: number) => placed(all[index]?.curve ?? [], scales, frame); // a trial that arrived since is in the next picture
  return {
    count: indices.length,
    colours: ORDER.map((state) => rgb(looks[state].colour)),
    opacity: (lines) => Math.max(0.2, Math.min(0.9, 60 / lines)),
    trace: (sheet, k) => {
      const ink = ORDER.indexOf(all[indices[k]!]?.state ?? 'waiting');
      const path = points(indices[k]!);
      const [alone] = path;
      if (path.length === 1)
        sheet.line(ratio * (alone![0] - 2), ratio * alone![1], ratio * (alone![0] + 2), ratio * alone![1], 4 * ratio, ink);
      for (let i = 1; i < path.length; i++) {
        const [from, to] = [path[i - 1]!, path[i]!];
        sheet.line(ratio * from[0], ratio * from[1], ratio * to[0], ratio * to[1], 1.2 * ratio, ink);
      }
    },
    onTop: (context) => {
      const ended = curveEnds({ rows: all }, scales, indices);
      writeBeyond(context, ended, indices, frame, ratio);
      if (indices.length <= MOST_MARKS) drawEnds(context, all, ended, indices, points, ratio);
      const best = bestLineage(figures).map((row) => all.indexOf(row));
      const marked = [
        ...best.filter((index) => selected.value[index]).map((index) => [index, 'completed'] as const),
        [looked, 'text'] as const,
      ];
      for (const [index, ink] of marked) {
        const path = new Path2D();
        for (const [i, [x, y]] of points(index).entries()) path[i === 0 ? 'moveTo' : 'lineTo'](ratio * x, ratio * y);
        strokeRimmed(context, path, colour(ink), 2.6 * ratio);
      }
    },
  };
}

/** With more curves, their ends would cover them. */
const MOST_MARKS = 1500;

/** How each curve ended, and dashes from the end of a paused trial to the trial that resumes it. */
function drawEnds(
  context: CanvasRenderingContext2D,
  all: readonly FigureRow[],
  { places: [x, y] }: Points,
  indices: Int32Array,
  points: (index: number) => Path,
  ratio: number,
): void {
  const ends = new Map<number, number>();
  for (const index of indices) {
    const { trial, state } = all[index]!;
    const end = points(index).at(-1);
    if (end === undefined) continue;
    ends.set(trial, index);
    const side = beyond(x[index]!, y[index]!);
    const { colour: property, mark, hollow } = side ? lookBeyond(state, side) : looks[state];
    context.save();
    context.translate(ratio * (end[0] - MARK / 2), ratio * (end[1] - MARK / 2));
    context.scale((ratio * MARK) / 10, (ratio * MARK) / 10);
    context.fillStyle = hollow ? colour('panel') : colour(property);
    context.fill(new Path2D(mark));
    context.strokeStyle = colour(hollow ? property : 'panel');
    context.stroke(new Path2D(mark));
    context.restore();
  }
  context.save();
  context.setLineDash([3 * ratio, 3 * ratio]);
  context.lineWidth = 1.2 * ratio;
  context.strokeStyle = colour(looks.completed.colour);
  context.beginPath();
  for (const index of indices) {
    const { resumes } = all[index]!;
    const before = resumes === undefined ? undefined : ends.get(resumes);
    if (before === undefined || !goesOn(all[before]!, all[index]!)) continue;
    const [from, to] = [points(before).at(-1)!, points(index)[0]!];
    context.moveTo(ratio * from[0], ratio * from[1]);
    context.lineTo(ratio * to[0], ratio * to[1]);
  }
  context.stroke();
  context.restore();
}
/** The side of a mark in pixels. */
const MARK = 7;

function distanceTo(path: Path, x: number, y: number): number {
  let least = path.length === 1 ? Math.hypot(path[0]![0] - x, path[0]![1] - y) : Number.POSITIVE_INFINITY;
  for (let i = 1; i < path.length; i++) {
    const [[x0, y0], [x1, y1]] = [path[i - 1]!, path[i]!];
    if (x < x0 - NEAR || x > x1 + NEAR) continue;
    const share = x1 > x0 ? clampUnit((x - x0) / (x1 - x0)) : 0;
    least = Math.min(least, Math.hypot(x0 + share * (x1 - x0) - x, y0 + share * (y1 - y0) - y));
  }
  return least;
}
