import { useComputed } from '@preact/signals';
import { cut } from '../lib/format.ts';
import { colour } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { mayFind, useFindings } from '../state/findings.ts';
import { knownImportances } from '../state/store.ts';
import { axisStyle, tooltipStyle } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';

/** How much each parameter matters, by two measures. */
export function Importance() {
  const known = knownImportances.value;
  useFindings();
  const option = useComputed((): EChartsOption => {
    const shares = knownImportances.value;
    if (shares === undefined) return {};
    const names = Object.keys(shares.fanova).sort((a, b) => shares.fanova[a]! - shares.fanova[b]!);
    const style = axisStyle();
    const bar = (name: string, by: 'fanova' | 'pedAnova', property: string) => ({
      type: 'bar',
      name,
      data: names.map((parameter) => shares[by][parameter] ?? 0),
      tooltip: {
        valueFormatter: (value: unknown, at: number) =>
          `${percent(value)} (${shares.intervals[by][names[at]!]!.map(percent).join(' to ')})`,
      },
      barMaxWidth: 12,
      itemStyle: { color: colour(property), borderRadius: [0, 3, 3, 0] },
    });
    const percent = (value: unknown) => `${Math.round(100 * Number(value))} %`;
    return {
      grid: { left: 110, right: 24, top: 34, bottom: 28 },
      legend: {
        top: 0,
        left: 0,
        icon: 'roundRect',
        itemWidth: 14,
        itemHeight: 8,
        textStyle: { color: colour('--text') },
        data: ['fANOVA', 'PED-ANOVA'],
      },
      xAxis: { type: 'value', min: 0, ...style, axisLabel: { ...style.axisLabel, formatter: percent } },
      yAxis: { type: 'category', data: names.map((name) => cut(name, 16)), ...style, splitLine: { show: false } },
      tooltip: { trigger: 'axis', axisPointer: { type: 'none' }, ...tooltipStyle() },
      series: [bar('PED-ANOVA', 'pedAnova', '--stopped'), bar('fANOVA', 'fanova', '--completed')] as never,
    };
  });
  const count = Object.keys(known?.fanova ?? {}).length;
  return (
    <Card
      title="Importance"
      note="fANOVA: share of the variation over the whole space; PED-ANOVA: share in reaching the best tenth; point at a bar for its 90 % interval"
    >
      {known ? (
        <Chart label="Importance of each parameter" option={option.value} height={70 + 34 * count} />
      ) : (
        <p class="nothing">{mayFind() ? 'Computing…' : 'Needs a few more results.'}</p>
      )}
    </Card>
  );
}
