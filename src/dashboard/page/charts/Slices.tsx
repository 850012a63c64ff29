import { useComputed } from '@preact/signals';
import { cut } from '../lib/format.ts';
import { Card } from '../parts/Card.tsx';
import { knownImportances, parameters, scales } from '../state/store.ts';
import { chartAxis, splitLine } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { trialsOver } from './points.ts';
import { predicted } from './series/predicted.ts';

/** The value over each single parameter, the most important first. */
export function Slices() {
  const shares = knownImportances.value?.fanova;
  const order = parameters.value.map(([name], axis) => ({ name, axis, share: shares?.[name] }));
  if (shares) order.sort((a, b) => b.share! - a.share!);
  return (
    <div class="cards">
      {order.map(({ name, axis, share }) => (
        <Card key={name} title={cut(name, 40)} {...(share === undefined ? {} : { note: `explains ${Math.round(100 * share)} %` })}>
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
      series: predicted(knownImportances.value?.marginals?.[scale.name] ?? [], scale, value) as never,
    };
  });
  const trials = useComputed(() => trialsOver(axis, parameters.value.length));
  const name = parameters.value[axis]?.[0] ?? '';
  return (
    <Chart
      label={`Value over ${cut(name, 80)}, with the mean that a random forest predicts`}
      option={option.value}
      height={210}
      trials={trials.value}
    />
  );
}
