import { useComputed } from '@preact/signals';
import { drawLines, type Lines } from '../lib/drawing.ts';
import { cut } from '../lib/format.ts';
import { type AxisScale, ends, numeric, roundScale } from '../lib/scale.ts';
import { colour, looks, rgb, type TrialState } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { focused, selectedIndices } from '../state/selection.ts';
import { objectives, type PageRow, rows } from '../state/store.ts';
import { chartAxis, splitLine } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { across, type Frame, NEAR, type Overlay, up } from './overlay.ts';

/** Reported values by step. */
export function LearningCurves() {
  const scale = useComputed(() => scalesOf(objectives.value[0]?.name ?? ''));
  const option = useComputed((): EChartsOption => {
    const [steps, values] = scale.value;
    return {
      grid: { left: 60, right: 24, top: 14, bottom: 36 },
      xAxis: { ...chartAxis(steps), name: 'step', nameLocation: 'middle', nameGap: 24, minInterval: 1 },
      yAxis: { ...chartAxis(values), splitLine: splitLine() },
    } as EChartsOption;
  });
  const trials = useComputed(() => curves(rows.value, ...scale.value));
  const some = rows.value.some(({ curve }) => curve.length > 0);
  return (
    <Card title="Learning curves" note={`${cut(objectives.value[0]?.name ?? '', 40)} by step, selected trials`}>
      {some ? (
        <Chart label="Reported values by step" option={option.value} height={430} trials={trials.value} />
      ) : (
        <p class="nothing">No reports yet.</p>
      )}
    </Card>
  );
}

/** The scales of all reported steps and values. */
function scalesOf(name: string): readonly [steps: AxisScale, values: AxisScale] {
  let last = 1;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { curve } of rows.value) {
    for (let i = 0; i < curve.length; i += 2) {
      last = Math.max(last, curve[i]!);
      low = Math.min(low, curve[i + 1]!);
      high = Math.max(high, curve[i + 1]!);
    }
  }
  return [numeric('step', 0, last, false), low > high ? numeric(name, 0, 1, false) : roundScale(name, low, high)];
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
