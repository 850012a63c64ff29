import { onExamples } from '../gain.ts';
import type { Points } from './cells.ts';
import type { Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import { looks } from './drawing/looks.ts';
import type { ChartOption, DrawApi, DrawFrame } from './drawing/option.ts';
import { type AxisScale, coordinateAt, numeric, roundScale, stepScale } from './drawing/scale.ts';
import type { Path } from './drawing/series/lines.ts';
import { type FigureRow, type FigureStudy, held, sign, widest } from './figureStudy.ts';
import { overAxes, type Plan } from './plan.ts';
import { trialSeries } from './points.ts';
import { bestLineage } from './schedule.ts';

/** The scales of steps and of reported values. */
export type CurveScales = readonly [steps: AxisScale, values: AxisScale];

/** Reported values by step, and lines at the budgets at which trials are compared. */
export function curvesPlan(study: FigureStudy): Plan {
  const scales = curveScales(study);
  const [x, y] = scales;
  const ofExamples = onExamples(study.rows);
  return overAxes({
    title: `${ofExamples ? 'Means' : 'Learning curves'} of ${cut(study.objectives[0]?.name ?? '', 60)}`,
    note: `the thick curve is the best; a mark ends each; dashes lead to the trial that resumes it${ofExamples ? '' : '; vertical lines mark budgets, and steps at which trials are usually stopped'}`,
    label: `Reported values by ${x.name}`,
    height: 430,
    plane: () => ({ x, y, lines: [], more: (theme) => (ofExamples ? [] : [rungLines(rungsOf(study.rows), theme)]) }),
    curves: scales,
    series: (theme) => curveSeries(study, theme, scales),
  });
}

const MOST_RUNGS = 12;
/** Trials may end a step or more after the report that stopped them: a step counts if this share of the stopped trials ended there. */
const USUAL = 0.05;

/** The budgets of trials, and the steps at which trials are usually stopped. */
function rungsOf(rows: readonly FigureRow[]): number[] {
  const rungs = new Set<number>();
  const stops = new Map<number, number>();
  for (const { budget, state, step } of rows) {
    if (state === 'stopped' && step !== undefined) stops.set(step, (stops.get(step) ?? 0) + 1);
    else if (budget !== undefined) rungs.add(budget);
  }
  const stopped = [...stops.values()].reduce((sum, count) => sum + count, 0);
  for (const [step, count] of stops) if (count >= USUAL * stopped) rungs.add(step);
  return [...rungs].sort((a, b) => a - b).slice(-MOST_RUNGS);
}

const rungLines = (rungs: readonly number[], theme: Theme): ChartOption => ({
  type: 'custom',
  id: 'rungs',
  silent: true,
  z: 1,
  data: rungs.map((rung) => [rung]),
  renderItem: ({ coordSys: { y, height } }: DrawFrame, api: DrawApi) => {
    const x = api.coord([api.value(0), 0])[0]!;
    return {
      type: 'line',
      shape: { x1: x, y1: y, x2: x, y2: y + height },
      style: { stroke: theme.colour('line-strong'), lineWidth: 1, lineDash: [3, 3] },
    };
  },
});

/** Reported values beyond this quantile lie at the end of the axis, if they would take up most of it. */
const SHOWN_QUANTILE = 0.95;
const MANY_CURVES = 100;
/** The factor by which they may lengthen the axis. */
const FAR_FACTOR = 3;

/** The scales of all reported steps and values. Values have a logarithmic axis if results have one. */
export function curveScales({ rows, parameters, scales, view, objectives: [objective] }: FigureStudy): CurveScales {
  const name = objective?.name ?? '';
  const way = objective ? sign(objective) : 1;
  let last = 1;
  const losses: number[] = [];
  for (const { curve } of rows) {
    for (let i = 0; i < curve.length; i += 2) {
      last = Math.max(last, curve[i]!);
      losses.push(way * curve[i + 1]!);
    }
  }
  const steps = stepScale(last, onExamples(rows) ? 'examples' : 'step');
  if (losses.length === 0) return [steps, numeric(name, 0, 1, false)];
  const sorted = Float64Array.from(losses).sort();
  const [best, worst, usual] = [sorted[0]!, sorted.at(-1)!, sorted[Math.floor(SHOWN_QUANTILE * (sorted.length - 1))]!];
  const isFar = view.range !== 'all' && losses.length >= MANY_CURVES && worst - best > FAR_FACTOR * (usual - best) && usual > best;
  const end = isFar ? usual : worst;
  const [low, high] = [Math.min(way * best, way * end), Math.max(way * best, way * end)];
  return [steps, roundScale(name, low, high, widest(view, scales[parameters.length]?.kind === 'log' ? 1 : undefined))];
}

/** The places of a curve's points on the axes. */
export const curvePath = ({ curve }: Pick<FigureRow, 'curve'>, [steps, values]: CurveScales): Path =>
  Array.from({ length: curve.length / 2 }, (_, i) => [steps.place(curve[2 * i]), held(values.place(curve[2 * i + 1]))] as const);

/** The ends of the curves of some trials. @param drawn their places in the rows */
export function curveEnds({ rows }: Pick<FigureStudy, 'rows'>, scales: CurveScales, drawn: ArrayLike<number>): Points {
  const places = [0, 1].map(() => new Float64Array(rows.length).fill(Number.NaN)) as [Float64Array, Float64Array];
  for (let k = 0; k < drawn.length; k++) {
    const index = drawn[k]!;
    const end = curvePath({ curve: rows[index]?.curve.slice(-2) ?? [] }, scales)[0];
    if (end) [places[0][index], places[1][index]] = end;
  }
  return { x: scales[0], y: scales[1], places };
}

/** Whether the curve of a trial goes on where that of another one ends. One whose trainer began again does not. */
export const goesOn = (before: Pick<FigureRow, 'curve'>, after: Pick<FigureRow, 'curve'>): boolean =>
  after.curve[0]! > before.curve.at(-2)!;

/** The most curves that are drawn: the latest. */
const MOST_CURVES = 1000;

/** The curves as series of a chart, a mark at the end of each, and dashes to the trial that resumes it. */
export function curveSeries(study: FigureStudy, theme: Theme, scales: CurveScales): readonly ChartOption[] {
  const [steps, values] = scales;
  const { rows, rowOf, isChosen } = study;
  const shown = [...rows.keys()].filter((i) => rows[i]!.curve.length > 0 && isChosen(i)).slice(-MOST_CURVES);
  const drawn = shown.map((i) => rows[i]!);
  const pointsOf = (row: FigureRow) => curvePath(row, scales).map(([x, y]) => [coordinateAt(steps, x), coordinateAt(values, y), row.trial]);
  const opacity = Math.max(0.2, Math.min(0.9, 60 / drawn.length));
  const line = { type: 'line', showSymbol: false, silent: true };
  const best = bestLineage(study);
  const curves = drawn.map((row) => ({
    ...line,
    id: `curve ${row.trial}`,
    data: pointsOf(row),
    lineStyle: { color: theme.colour(looks[row.state].colour), ...(best.includes(row) ? { width: 2.6 } : { width: 1.2, opacity }) },
    z: best.includes(row) ? 3 : 2,
  }));
  const links = drawn.flatMap((row) => {
    const before = row.resumes === undefined ? undefined : rowOf(row.resumes);
    if (before === undefined || !goesOn(before, row)) return [];
    const data = [pointsOf(before).at(-1)!, pointsOf(row)[0]!];
    return [{ ...line, id: `link ${row.trial}`, data, lineStyle: { color: theme.colour('completed'), width: 1.2, type: 'dashed' } }];
  });
  return [...curves, ...links, ...trialSeries([curveEnds(study, scales, shown)], study, theme)];
}
