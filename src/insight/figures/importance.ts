import type { Importances } from '../importance/importances.ts';
import { byShare } from '../importance/whatMatters.ts';
import { axisStyle, legendStyle, tooltipStyle } from './drawing/axes.ts';
import type { ColourName, Theme } from './drawing/colours.ts';
import { cut, percent } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import type { Plan } from './plan.ts';

/** How much each parameter matters for an objective, by two measures. */
export const importancePlan = (shares: Importances | undefined, objective: string): Plan => ({
  title: `Importance for ${cut(objective, 60)}`,
  note: 'fANOVA: share of the variation over the whole space; PED-ANOVA: how much it distinguishes the best tenth',
  label: 'Importance of each parameter',
  height: 70 + 34 * Object.keys(shares?.fanova ?? {}).length,
  option: (theme) => importanceOption(shares, theme),
});

function importanceOption(shares: Importances | undefined, theme: Theme): ChartOption {
  if (shares === undefined) return {};
  const names = byShare(shares.fanova).reverse();
  const style = axisStyle(theme);
  const bar = (name: string, by: 'fanova' | 'pedAnova', colour: ColourName) => ({
    type: 'bar',
    name,
    data: names.map((parameter) => shares[by][parameter] ?? 0),
    tooltip: {
      valueFormatter: (value: unknown, at: number) => `${percent(value)} (${shares.intervals[by][names[at]!]!.map(percent).join(' to ')})`,
    },
    barMaxWidth: 12,
    itemStyle: { color: theme.colour(colour), borderRadius: [0, 3, 3, 0] },
  });
  return {
    grid: { left: 110, right: 24, top: 34, bottom: 28 },
    legend: { ...legendStyle(theme), data: ['fANOVA', 'PED-ANOVA'] },
    xAxis: { type: 'value', min: 0, ...style, axisLabel: { ...style.axisLabel, formatter: percent } },
    yAxis: { type: 'category', data: names.map((name) => cut(name, 16)), ...style, splitLine: { show: false } },
    tooltip: { trigger: 'axis', axisPointer: { type: 'none' }, ...tooltipStyle(theme) },
    series: [bar('PED-ANOVA', 'pedAnova', 'stopped'), bar('fANOVA', 'fanova', 'completed')],
  };
}
