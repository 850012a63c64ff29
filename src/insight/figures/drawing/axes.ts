import type { Theme } from './colours.ts';
import { cut, formatNumber } from './format.ts';
import type { ChartOption } from './option.ts';
import { type AxisScale, textAt } from './scale.ts';

/** The grid lines at the ticks of an axis. */
const splitLine = (theme: Theme) => ({ show: true, lineStyle: { color: theme.colour('line') } });

/** The style of all axes. */
export const axisStyle = (theme: Theme) => ({
  axisLine: { lineStyle: { color: theme.colour('line-strong') } },
  axisTick: { show: false },
  axisLabel: { color: theme.colour('muted'), fontSize: 11, hideOverlap: true },
  splitLine: splitLine(theme),
  nameTextStyle: { color: theme.colour('muted'), fontSize: 11 },
});

export const tooltipStyle = (theme: Theme) => ({
  renderMode: 'richText' as const,
  confine: true,
  backgroundColor: theme.colour('panel'),
  borderColor: theme.colour('line-strong'),
  textStyle: { color: theme.colour('text'), fontSize: 12 },
  extraCssText: '',
});

export const legendStyle = (theme: Theme) => ({
  top: 0,
  left: 0,
  icon: 'roundRect',
  itemWidth: 14,
  itemHeight: 8,
  textStyle: { color: theme.colour('text') },
});

/** Room above the axes of a chart, for the name of the vertical one and what lies beyond its ends. */
export const HEAD_ROOM = 26;

/** The axis of a chart for a scale, with its name: below the horizontal axis, above the vertical one, which has lines across the chart. */
export function chartAxis(scale: AxisScale, theme: Theme, side: 'x' | 'y'): ChartOption {
  const plain = axisStyle(theme);
  const place =
    side === 'x'
      ? { nameLocation: 'middle', nameGap: 26, splitLine: { show: false } }
      : { nameLocation: 'end', nameGap: 9, nameTextStyle: { ...plain.nameTextStyle, align: 'left' } };
  const style = { ...plain, name: cut(scale.name, 40), ...place };
  if (scale.labels) return { type: 'category', data: scale.labels.map((label) => cut(label, 14)), ...style };
  if (scale.kind === 'logit') {
    const formatter = (place: number) => formatNumber(scale.at(place));
    return { type: 'value', min: 0, max: 1, ...style, axisLabel: { ...style.axisLabel, formatter } };
  }
  const shared = { ...style, axisLabel: { ...style.axisLabel, formatter: (value: number) => textAt(scale, value) } };
  return {
    type: scale.kind === 'log' ? 'log' : 'value',
    min: scale.low,
    max: scale.high,
    ...(scale.isWhole && { minInterval: 1 }),
    ...shared,
  };
}
