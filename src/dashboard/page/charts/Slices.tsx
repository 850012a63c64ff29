import { useComputed } from '@preact/signals';
import { cut, number } from '../lib/format.ts';
import type { Scale } from '../lib/scale.ts';
import { Card } from '../parts/Card.tsx';
import { lookAt } from '../state/selection.ts';
import { objectives, parameters, resultOf, scales } from '../state/store.ts';
import { axisStyle, Chart, type EChartsOption, tooltipStyle } from './Chart.tsx';
import { trialSeries, trialTooltip } from './points.ts';

/** The value over each parameter by itself. */
export function Slices() {
  return (
    <div class="cards">
      {parameters.value.map(([name], axis) => (
        <Card key={name} title={cut(name, 40)}>
          <Slice axis={axis} />
        </Card>
      ))}
    </div>
  );
}

function Slice({ axis }: { readonly axis: number }) {
  const option = useComputed((): EChartsOption => {
    const scale = scales.value[axis];
    const [objective] = objectives.value;
    if (scale === undefined || objective === undefined) return {};
    return {
      grid: { left: 52, right: 14, top: 10, bottom: 28 },
      xAxis: axisOf(scale),
      yAxis: { ...valueAxis(scales.value[parameters.value.length]!), splitNumber: 4 },
      tooltip: { trigger: 'item', ...tooltipStyle(), formatter: trialTooltip as never },
      series: trialSeries((row) => {
        const value = resultOf(row, objective);
        const given = row.params[scale.name];
        return value === undefined || given === undefined ? undefined : [placeOn(scale, given), value];
      }) as never,
    };
  });
  const name = parameters.value[axis]?.[0] ?? '';
  return <Chart label={`Value over ${cut(name, 80)}`} option={option.value} height={210} onTrial={lookAt} />;
}

/** An axis of a chart for values. */
export function valueAxis({ kind }: Scale): object {
  const style = axisStyle();
  return { type: kind === 'log' ? 'log' : 'value', scale: true, ...style, axisLabel: { ...style.axisLabel, formatter: number } };
}

/** An axis of a chart for a parameter. */
export function axisOf(scale: Scale): object {
  const style = axisStyle();
  if (scale.labels) return { type: 'category', data: scale.labels.map((label) => cut(label, 14)), ...style, splitLine: { show: false } };
  const shared = { ...style, axisLabel: { ...style.axisLabel, formatter: number } };
  return { type: scale.kind === 'log' ? 'log' : 'value', min: scale.low, max: scale.high, ...shared, splitLine: { show: false } };
}

/** A value as it goes onto an axis: of categories, their number. */
export const placeOn = (scale: Scale, value: unknown): number => (scale.labels ? scale.labels.indexOf(String(value)) : (value as number));
