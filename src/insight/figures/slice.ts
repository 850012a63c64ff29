import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import type { ChartOption } from './drawing/option.ts';
import { predicted } from './drawing/series/predicted.ts';
import type { FigureStudy } from './study.ts';

/** The value over a single parameter, with the mean that a forest predicts. @param axis of the parameter */
export function sliceOption({ scales, parameters, importances }: FigureStudy, theme: Theme, axis: number): ChartOption {
  const [scale, value] = [scales[axis], scales[parameters.length]];
  if (scale === undefined || value === undefined) return {};
  return {
    grid: { left: 52, right: 14, top: HEAD_ROOM, bottom: 40 },
    xAxis: chartAxis(scale, theme, 'x'),
    yAxis: { ...chartAxis(value, theme, 'y'), splitNumber: 4 },
    series: predicted(importances?.marginals?.[scale.name] ?? [], scale, value, theme),
  };
}

/** The axes of the parameters, the most important first, and what each explains, if that is known. */
export function sliceOrder({ parameters, importances }: Pick<FigureStudy, 'parameters' | 'importances'>) {
  const shares = importances?.fanova;
  const order = parameters.map(([name], axis) => ({ name, axis, share: shares?.[name] }));
  return shares ? order.sort((a, b) => b.share! - a.share!) : order;
}
