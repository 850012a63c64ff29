import { useComputed } from '@preact/signals';
import { formatNumber } from '../lib/format.ts';
import { hypervolumes } from '../lib/hypervolumes.ts';
import { colour } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { counts, objectives, objectiveValue, rows, sign } from '../state/store.ts';
import { axisStyle } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { stairs } from './series/stairs.ts';

/** The volume that the front dominates, by trial. */
export function Hypervolume() {
  const steps = useComputed(() => {
    const all = objectives.value;
    const results = rows.value.filter((row) => counts(row) && all.every((objective) => objectiveValue(row, objective) !== undefined));
    const losses = results.map((row) => all.map((objective) => sign(objective) * objectiveValue(row, objective)!));
    return hypervolumes(losses).map(({ index, volume }) => [results[index]!.trial, volume] as const);
  });
  const option = useComputed((): EChartsOption => {
    const style = axisStyle();
    const last = Math.max(10, rows.value.at(-1)?.trial ?? 1);
    const end = steps.value.at(-1);
    const points = end ? [...steps.value, [last, end[1]] as const] : [];
    return {
      grid: { left: 64, right: 24, top: 14, bottom: 42 },
      xAxis: { type: 'value', min: 1, max: last, name: 'trial', nameLocation: 'middle', nameGap: 24, ...style, splitLine: { show: false } },
      yAxis: {
        type: 'value',
        min: 0,
        ...(end ? { max: roomAbove(end[1]) } : {}),
        ...style,
        axisLabel: { ...style.axisLabel, formatter: formatNumber },
      },
      series: [stairs('hypervolume', points, { color: colour('--completed'), width: 1.8 })] as never,
    };
  });
  return (
    <Card
      title="Hypervolume"
      note="the volume that the front dominates, up to the worst result of each objective; it grows as the front improves"
    >
      <Chart label="Hypervolume of the front, by trial" option={option.value} height={260} />
    </Card>
  );
}

/** A round end of the axis. */
function roomAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return Number((Math.ceil((1.05 * value) / power / 0.5) * 0.5 * power).toPrecision(6));
}
