import type { ObjectiveSpec } from '../../facts/facts.ts';
import { axisStyle, chartAxis, splitLine } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import type { ChartOption } from './drawing/option.ts';
import { numeric } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import type { Points } from './points.ts';
import { counts, type FigureStudy, objectiveValue, sign } from './study.ts';

/** The value of each trial, and the best so far. A strip below shows trials without a value. */
export function historyOption(study: FigureStudy, theme: Theme, k = 0): ChartOption {
  const objective = study.objectives[k];
  const scale = study.scales[study.parameters.length + k];
  if (objective === undefined || scale === undefined) return {};
  const best = bestSoFar(study, objective);
  const shared = { min: 1, max: lastTrial(study), type: 'value', ...axisStyle(theme), minInterval: 1 };
  return {
    grid: [
      { left: 56, right: 24, top: 14, bottom: 70 },
      { left: 56, right: 24, height: 16, bottom: 38 },
    ],
    xAxis: [
      { ...shared, gridIndex: 0, axisLabel: { show: false }, splitLine: { show: false } },
      { ...shared, gridIndex: 1, splitLine: { show: false }, name: 'trial', nameLocation: 'middle', nameGap: 24 },
    ],
    yAxis: [
      { ...chartAxis(scale, theme), splitLine: splitLine(theme), gridIndex: 0 },
      { gridIndex: 1, type: 'value', min: 0, max: 1, show: false },
    ],
    dataZoom: [{ type: 'inside', xAxisIndex: [0, 1], filterMode: 'none', zoomOnMouseWheel: 'ctrl' }],
    series: [stairs('best so far', best, { color: theme.colour('text'), width: 1.6 })],
  };
}

/** The trials: those with a value, and in the strip those without. */
export function historyPoints(study: FigureStudy, k = 0): readonly Points[] {
  const axis = study.parameters.length + k;
  const scale = study.scales[axis];
  if (scale === undefined) return [];
  const last = lastTrial(study);
  const when = Float64Array.from(study.rows, ({ trial }) => (trial - 1) / (last - 1));
  const objective = study.objectives[k];
  const without = Float64Array.from(study.rows, (row) =>
    objectiveValue(row, objective) === undefined && row.state !== 'waiting' ? 0.5 : Number.NaN,
  );
  const x = numeric('trial', 1, last, false);
  return [
    { x, y: scale, places: [when, study.columns[axis]!] },
    { grid: 1, x, y: numeric('', 0, 1, false), places: [when, without] },
  ];
}

/** The best value after each trial, among trials at the highest budget so far: lower budgets are not comparable. */
export function bestSoFar({ rows }: Pick<FigureStudy, 'rows'>, objective: ObjectiveSpec): Path {
  const best: (readonly [trial: number, value: number])[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const { trial, budget = Number.POSITIVE_INFINITY } = row;
    const value = counts(row) ? objectiveValue(row, objective) : undefined;
    if (value === undefined || budget < highest || (budget === highest && sign(objective) * value >= first)) continue;
    highest = budget;
    first = sign(objective) * value;
    best.push([trial, value]);
  }
  return best.length > 0 ? [...best, [rows.at(-1)!.trial, best.at(-1)![1]]] : best;
}

/** The last trial number on the axis. */
export const lastTrial = ({ rows }: Pick<FigureStudy, 'rows'>): number => Math.max(rows.at(-1)?.trial ?? 1, 10);
