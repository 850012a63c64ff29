import { useComputed } from '@preact/signals';
import type { ObjectiveSpec } from '../../../facts/facts.ts';
import { ends, numeric } from '../lib/scale.ts';
import { colour } from '../lib/theme.ts';
import { columns, counts, objectives, objectiveValue, parameters, rows, scales, sign } from '../state/store.ts';
import { axisStyle, chartAxis, splitLine } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import type { Overlay } from './overlay.ts';
import { trialPoints } from './points.ts';
import { stairs } from './series/stairs.ts';

/** The value of each trial, and the best so far. A strip below shows trials without a value. */
export function ValueHistory({ objective: k = 0 }: { readonly objective?: number }) {
  const option = useComputed((): EChartsOption => {
    const objective = objectives.value[k];
    const scale = scales.value.find(({ name }) => name === objective?.name);
    if (objective === undefined || scale === undefined) return {};
    const best = bestSoFar(objective);
    const shared = { min: 1, max: lastShown(), type: 'value' as const, ...axisStyle(), minInterval: 1 };
    return {
      grid: [
        { left: 56, right: 24, top: 14, bottom: 56 },
        { left: 56, right: 24, height: 16, bottom: 24 },
      ],
      xAxis: [
        { ...shared, gridIndex: 0, axisLabel: { show: false }, splitLine: { show: false } },
        { ...shared, gridIndex: 1, splitLine: { show: false } },
      ],
      yAxis: [
        { ...chartAxis(scale), splitLine: splitLine(), gridIndex: 0 },
        { gridIndex: 1, type: 'value', min: 0, max: 1, show: false },
      ],
      dataZoom: [{ type: 'inside', xAxisIndex: [0, 1], filterMode: 'none', zoomOnMouseWheel: 'ctrl' }],
      series: [stairs('best so far', best, { color: colour('--text'), width: 1.6 })],
    } as EChartsOption;
  });
  const trials = useComputed((): Overlay => {
    const axis = parameters.value.length + k;
    const scale = scales.value[axis];
    if (scale === undefined) return trialPoints([]);
    const last = lastShown();
    const when = Float64Array.from(rows.value, ({ trial }) => (trial - 1) / (last - 1));
    const objective = objectives.value[k];
    const without = Float64Array.from(rows.value, (row) =>
      objectiveValue(row, objective) === undefined && row.state !== 'waiting' ? 0.5 : Number.NaN,
    );
    const x = ends(numeric('trial', 1, last, false));
    return trialPoints([
      { x, y: ends(scale), places: [when, columns.value[axis]!] },
      { grid: 1, x, y: ends(numeric('', 0, 1, false)), places: [when, without] },
    ]);
  });
  return (
    <Chart
      label={`Value of each trial${objectives.value[k] ? `, ${objectives.value[k].name}` : ''}, and the best so far`}
      option={option.value}
      trials={trials.value}
    />
  );
}

/** The best value after each trial, among trials at the highest budget so far: lower budgets are not comparable. */
function bestSoFar(objective: ObjectiveSpec): readonly (readonly [trial: number, value: number])[] {
  const best: (readonly [number, number])[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  for (const row of rows.value) {
    const { trial, budget = Number.POSITIVE_INFINITY } = row;
    const value = counts(row) ? objectiveValue(row, objective) : undefined;
    if (value === undefined || budget < highest || (budget === highest && sign(objective) * value >= first)) continue;
    highest = budget;
    first = sign(objective) * value;
    best.push([trial, value]);
  }
  return best.length > 0 ? [...best, [rows.value.at(-1)!.trial, best.at(-1)![1]]] : best;
}

/** The last trial number on the axis. */
const lastShown = (): number => Math.max(rows.value.at(-1)?.trial ?? 1, 10);
