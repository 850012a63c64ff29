import { useComputed } from '@preact/signals';
import type { CustomSeriesRenderItemAPI } from 'echarts/types/dist/shared';
import { drawLines, type Lines } from '../lib/drawing.ts';
import { cut } from '../lib/format.ts';
import { type AxisScale, ends, numeric, roundScale } from '../lib/scale.ts';
import { colour, looks, rgb, type TrialState } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { focused, selectedIndices } from '../state/selection.ts';
import { objectives, type PageRow, rows, sign } from '../state/store.ts';
import { chartAxis, splitLine } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { across, type Frame, NEAR, type Overlay, up } from './overlay.ts';

/** Reported values by step. */
export function LearningCurves() {
  const scale = useComputed(() => scalesOf(objectives.value[0]?.name ?? ''));
  const rungs = useComputed(() => [...new Set(rows.value.flatMap(rungOf))].sort((a, b) => a - b).slice(-MOST_RUNGS));
  const option = useComputed((): EChartsOption => {
    const [steps, values] = scale.value;
    return {
      grid: { left: 60, right: 24, top: 14, bottom: 36 },
      xAxis: { ...chartAxis(steps), name: 'step', nameLocation: 'middle', nameGap: 24, minInterval: 1 },
      yAxis: { ...chartAxis(values), splitLine: splitLine() },
      series: [rungLines(rungs.value)],
    } as unknown as EChartsOption;
  });
  const trials = useComputed(() => curves(rows.value, ...scale.value));
  const some = rows.value.some(({ curve }) => curve.length > 0);
  return (
    <Card
      title="Learning curves"
      note={`${cut(objectives.value[0]?.name ?? '', 40)} by step. A mark ends each curve; dashes lead to the trial that resumes it; lines are rungs`}
    >
      {some ? (
        <Chart label="Reported values by step" option={option.value} height={430} trials={trials.value} />
      ) : (
        <p class="nothing">No reports yet.</p>
      )}
    </Card>
  );
}

const MOST_RUNGS = 12;

/** The rung at which a trial ended, if it did: its budget, or the step after which it was stopped. */
const rungOf = ({ budget, state, step }: PageRow): readonly number[] =>
  state === 'stopped' && step !== undefined ? [step] : budget === undefined ? [] : [budget];

/** The budgets at which trials are compared, as lines. */
const rungLines = (rungs: readonly number[]): object => ({
  type: 'custom',
  id: 'rungs',
  silent: true,
  z: 1,
  data: rungs.map((rung) => [rung]),
  renderItem: (params: { coordSys: { y: number; height: number } }, api: CustomSeriesRenderItemAPI) => {
    const { y, height } = params.coordSys;
    const x = api.coord([api.value(0), 0])[0]!;
    return {
      type: 'line',
      shape: { x1: x, y1: y, x2: x, y2: y + height },
      style: { stroke: colour('--line-strong'), lineWidth: 1, lineDash: [3, 3] },
    };
  },
});

/** Of many reported values, those beyond this share lie at the end of the axis, if they would take most of it. */
const SHOWN = 0.95;
const MANY = 100;
/** How much longer the axis would be with them. */
const FAR = 3;

/** The scales of all reported steps and values. */
function scalesOf(name: string): readonly [steps: AxisScale, values: AxisScale] {
  const way = objectives.value[0] ? sign(objectives.value[0]) : 1;
  let last = 1;
  const losses: number[] = [];
  for (const { curve } of rows.value) {
    for (let i = 0; i < curve.length; i += 2) {
      last = Math.max(last, curve[i]!);
      losses.push(way * curve[i + 1]!);
    }
  }
  const steps = numeric('step', 0, last, false);
  if (losses.length === 0) return [steps, numeric(name, 0, 1, false)];
  const sorted = Float64Array.from(losses).sort();
  const [best, worst, usual] = [sorted[0]!, sorted.at(-1)!, sorted[Math.floor(SHOWN * (sorted.length - 1))]!];
  const end = losses.length >= MANY && worst - best > FAR * (usual - best) && usual > best ? usual : worst;
  return [steps, roundScale(name, Math.min(way * best, way * end), Math.max(way * best, way * end))];
}

/** Topmost first. */
const ORDER: readonly TrialState[] = ['running', 'completed', 'stopped', 'infeasible', 'failed', 'retracted', 'waiting'];

const curves = (all: readonly PageRow[], steps: AxisScale, values: AxisScale): Overlay => {
  /** The points of a curve in pixels. */
  const points = (index: number, frame: Frame) => {
    const { curve = [] } = all[index] ?? {}; // a trial that arrived since comes with the next picture
    return Array.from(
      { length: curve.length / 2 },
      (_, i) => [across(frame, steps.place(curve[2 * i])), up(frame, values.place(curve[2 * i + 1]))] as const,
    );
  };
  return {
    grids: [{ x: ends(steps), y: ends(values) }],
    draw: (canvas, [frame], ratio) =>
      drawLines(
        canvas,
        linesOf(all, selectedIndices.value, (index) => points(index, frame!), ratio),
      ),
    nearest: ([frame], x, y) => {
      let found: number | undefined;
      let least = NEAR;
      for (const index of selectedIndices.value) {
        const distance = distanceTo(points(index, frame!), x, y);
        if (distance < least) [least, found] = [distance, index];
      }
      return found;
    },
  };
};

type Path = readonly (readonly [x: number, y: number])[];

function linesOf(all: readonly PageRow[], indices: Int32Array, points: (index: number) => Path, ratio: number): Lines {
  const looked = all.findIndex(({ trial }) => trial === focused.value);
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
      if (indices.length <= MOST_MARKS) drawEnds(context, all, indices, points, ratio);
      if (looked < 0) return;
      context.strokeStyle = colour('--text');
      context.lineWidth = 2.6 * ratio;
      context.lineJoin = 'round';
      context.beginPath();
      for (const [i, [x, y]] of points(looked).entries()) context[i === 0 ? 'moveTo' : 'lineTo'](ratio * x, ratio * y);
      context.stroke();
    },
  };
}

/** With more curves, their ends would cover them. */
const MOST_MARKS = 1500;

/** How each curve ended, and dashes from the end of a paused trial to the trial that resumes it. */
function drawEnds(
  context: CanvasRenderingContext2D,
  all: readonly PageRow[],
  indices: Int32Array,
  points: (index: number) => Path,
  ratio: number,
): void {
  const ends = new Map<number, Path[number]>();
  for (const index of indices) {
    const { trial, state } = all[index]!;
    const end = points(index).at(-1);
    if (end === undefined) continue;
    ends.set(trial, end);
    const { colour: property, mark, hollow = false } = looks[state];
    context.save();
    context.translate(ratio * (end[0] - MARK / 2), ratio * (end[1] - MARK / 2));
    context.scale((ratio * MARK) / 10, (ratio * MARK) / 10);
    context.fillStyle = hollow ? colour('--panel') : colour(property);
    context.fill(new Path2D(mark));
    context.strokeStyle = colour(hollow ? property : '--panel');
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
    const [from, to] = [resumes === undefined ? undefined : ends.get(resumes), points(index)[0]];
    if (from === undefined || to === undefined) continue;
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
    const share = x1 > x0 ? Math.min(1, Math.max(0, (x - x0) / (x1 - x0))) : 0;
    least = Math.min(least, Math.hypot(x0 + share * (x1 - x0) - x, y0 + share * (y1 - y0) - y));
  }
  return least;
}
