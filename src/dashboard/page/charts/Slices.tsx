import { useComputed } from '@preact/signals';
import { cut } from '../lib/format.ts';
import { Card } from '../parts/Card.tsx';
import { parameters, scales } from '../state/store.ts';
import { chartAxis, splitLine } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { trialsOver } from './points.ts';

/** The value over each single parameter. */
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
    const [scale, value] = [scales.value[axis], scales.value[parameters.value.length]];
    if (scale === undefined || value === undefined) return {};
    return {
      grid: { left: 52, right: 14, top: 10, bottom: 28 },
      xAxis: chartAxis(scale),
      yAxis: { ...chartAxis(value), splitLine: splitLine(), splitNumber: 4 },
    };
  });
  const trials = useComputed(() => trialsOver(axis, parameters.value.length));
  const name = parameters.value[axis]?.[0] ?? '';
  return <Chart label={`Value over ${cut(name, 80)}`} option={option.value} height={210} trials={trials.value} />;
}
