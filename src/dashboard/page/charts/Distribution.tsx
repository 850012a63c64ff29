import { useComputed } from '@preact/signals';
import { distribution } from '../lib/distribution.ts';
import { cut, formatNumber } from '../lib/format.ts';
import { colour } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { objectives, objectiveValue, parameters, ranked, scales, sign } from '../state/store.ts';
import { axisStyle, chartAxis } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { stairs } from './series/stairs.ts';

/** The share of results that are at least as good as each value (empirical distribution function). */
export function Distribution() {
  const option = useComputed((): EChartsOption => {
    const [objective] = objectives.value;
    const scale = scales.value[parameters.value.length];
    if (objective === undefined || scale === undefined) return {};
    const results = ranked.value.map((row) => objectiveValue(row, objective)!);
    const style = axisStyle();
    const percent = (value: number) => `${Math.round(100 * value)} %`;
    const points = distribution(results, sign(objective)).map(
      ({ value, share }) => [Math.min(scale.high, Math.max(scale.low, value)), share] as const,
    );
    return {
      grid: { left: 56, right: 24, top: 14, bottom: 44 },
      xAxis: { ...chartAxis(scale), name: cut(objective.name, 40), nameLocation: 'middle', nameGap: 26 },
      yAxis: { type: 'value', min: 0, max: 1, ...style, axisLabel: { ...style.axisLabel, formatter: percent } },
      series: [stairs('distribution', points, { color: colour('--completed'), width: 1.8 })] as never,
    };
  });
  const [objective] = objectives.value;
  const middle = ranked.value[ranked.value.length >> 1];
  return (
    <Card
      title="Distribution of results"
      note={middle && objective ? `half of the results are ${formatNumber(objectiveValue(middle, objective))} or better` : 'no result yet'}
    >
      <Chart label="Share of results that are at least as good as a value" option={option.value} height={260} />
    </Card>
  );
}
