import { useComputed } from '@preact/signals';
import { colour } from '../lib/theme.ts';
import { lookAt } from '../state/selection.ts';
import { counts, objectives, resultOf, rows, scales, sign } from '../state/store.ts';
import { axisStyle, Chart, type EChartsOption, tooltipStyle } from './Chart.tsx';
import { trialSeries, trialTooltip } from './points.ts';
import { valueAxis } from './Slices.tsx';

/** Value by trial, with the best so far; below, in a strip, trials that ended without a value. */
export function History({ objective: k = 0 }: { readonly objective?: number }) {
  const option = useComputed((): EChartsOption => {
    const objective = objectives.value[k];
    const scale = scales.value.find(({ name }) => name === objective?.name);
    if (objective === undefined || scale === undefined) return {};
    const best: (readonly [number, number])[] = [];
    let first: number | undefined;
    for (const row of rows.value) {
      const value = counts(row) ? resultOf(row, objective) : undefined;
      if (value !== undefined && (first === undefined || sign(objective) * value < sign(objective) * first)) {
        first = value;
        best.push([row.trial, value]);
      }
    }
    const last = rows.value.at(-1)?.trial;
    if (first !== undefined && last !== undefined) best.push([last, first]);
    const shared = { min: 1, max: Math.max(last ?? 1, 10), type: 'value' as const, ...axisStyle(), minInterval: 1 };
    return {
      grid: [
        { left: 56, right: 16, top: 14, bottom: 56 },
        { left: 56, right: 16, height: 16, bottom: 24 },
      ],
      xAxis: [
        { ...shared, gridIndex: 0, axisLabel: { show: false }, splitLine: { show: false } },
        { ...shared, gridIndex: 1, splitLine: { show: false } },
      ],
      yAxis: [
        { ...valueAxis(scale), gridIndex: 0 },
        { gridIndex: 1, type: 'value', min: 0, max: 1, show: false },
      ],
      tooltip: { trigger: 'item', ...tooltipStyle(), formatter: trialTooltip as never },
      dataZoom: [{ type: 'inside', xAxisIndex: [0, 1], filterMode: 'none', zoomOnMouseWheel: 'ctrl' }],
      series: [
        ...trialSeries((row) => at(row.trial, resultOf(row, objective))),
        ...trialSeries(({ trial, state, values }) => (values === undefined && state !== 'waiting' ? [trial, 0.5] : undefined), undefined, {
          xAxisIndex: 1,
          yAxisIndex: 1,
        }).map((series) => ({ ...series, id: `${(series as { id: string }).id} without a value` })),
        {
          type: 'line',
          id: 'best so far',
          step: 'end',
          data: best,
          symbol: 'none',
          silent: true,
          lineStyle: { color: colour('--text'), width: 1.6 },
          z: 5,
        },
      ],
    } as EChartsOption;
  });
  return (
    <Chart
      label={`Value of each trial${objectives.value[k] ? `, ${objectives.value[k].name}` : ''}, and the best so far`}
      option={option.value}
      onTrial={lookAt}
    />
  );
}

const at = (trial: number, value: number | undefined) => (value === undefined ? undefined : ([trial, value] as const));
