import { useComputed } from '@preact/signals';
import { colour, looks } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { focused, lookAt, selected } from '../state/selection.ts';
import { objectives, rows, scales } from '../state/store.ts';
import { axisStyle, Chart, type EChartsOption, tooltipStyle } from './Chart.tsx';
import { trialTooltip } from './points.ts';
import { valueAxis } from './Slices.tsx';

/** Curves drawn at most: the latest that are selected. */
const MOST = 300;

/** What trials reported as they went along. */
export function Curves() {
  const option = useComputed((): EChartsOption => {
    const scale = scales.value.find(({ name }) => name === objectives.value[0]?.name);
    if (scale === undefined) return {};
    const chosen = selected.value;
    const shown = rows.value.filter(({ curve }, i) => chosen[i] && curve.length > 0).slice(-MOST);
    const style = axisStyle();
    return {
      grid: { left: 60, right: 20, top: 14, bottom: 36 },
      xAxis: { type: 'value', name: 'step', nameLocation: 'middle', nameGap: 24, ...style, splitLine: { show: false }, minInterval: 1 },
      yAxis: valueAxis(scale),
      tooltip: { trigger: 'item', ...tooltipStyle(), formatter: trialTooltip as never },
      series: shown.map(({ trial, state, curve }) => {
        const points: number[][] = [];
        for (let i = 0; i < curve.length; i += 2) points.push([curve[i]!, curve[i + 1]!, trial]);
        const isFocus = trial === focused.value;
        const line = colour(isFocus ? '--text' : looks[state].colour);
        return {
          type: 'line',
          id: `trials ${trial}`,
          data: points,
          showSymbol: points.length === 1 || isFocus,
          symbolSize: 5,
          triggerLineEvent: true,
          lineStyle: { color: line, width: isFocus ? 2.6 : 1.1, opacity: isFocus ? 1 : 0.55 },
          itemStyle: { color: line },
          z: isFocus ? 5 : 2,
        };
      }) as never,
    };
  });
  const some = rows.value.some(({ curve }) => curve.length > 0);
  return (
    <Card title="Learning curves" note={`the latest ${MOST} that are selected`}>
      {some ? (
        <Chart label="Values that trials reported, by step" option={option.value} height={430} onTrial={lookAt} />
      ) : (
        <p class="nothing">No trial has reported yet.</p>
      )}
    </Card>
  );
}
