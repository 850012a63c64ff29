import { cut, formatNumber } from '../lib/format.ts';
import type { AxisScale } from '../lib/scale.ts';
import { colour } from '../lib/theme.ts';

/** The grid lines at the ticks of an axis. */
export const splitLine = () => ({ show: true, lineStyle: { color: colour('--line') } });

/** The style of all axes. */
export const axisStyle = () => ({
  axisLine: { lineStyle: { color: colour('--line-strong') } },
  axisTick: { show: false },
  axisLabel: { color: colour('--muted'), fontSize: 11, hideOverlap: true },
  splitLine: splitLine(),
  nameTextStyle: { color: colour('--muted'), fontSize: 11 },
});

export const tooltipStyle = () => ({
  renderMode: 'richText' as const,
  confine: true,
  backgroundColor: colour('--panel'),
  borderColor: colour('--line-strong'),
  textStyle: { color: colour('--text'), fontSize: 12 },
  extraCssText: '',
});

/** The axis of a chart for a scale. */
export function chartAxis(scale: AxisScale): object {
  const style = { ...axisStyle(), splitLine: { show: false } };
  if (scale.labels) return { type: 'category', data: scale.labels.map((label) => cut(label, 14)), ...style };
  if (scale.kind === 'logit') {
    const formatter = (place: number) => formatNumber(scale.at(place));
    return { type: 'value', min: 0, max: 1, ...style, axisLabel: { ...style.axisLabel, formatter } };
  }
  const shared = { ...style, axisLabel: { ...style.axisLabel, formatter: formatNumber } };
  return { type: scale.kind === 'log' ? 'log' : 'value', min: scale.low, max: scale.high, ...shared };
}
