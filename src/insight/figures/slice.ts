import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import { percent } from './drawing/format.ts';
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

/** The axes of the parameters, the most important first, and what each explains of how many results, if that is known. */
export function sliceOrder({ parameters, importances }: Pick<FigureStudy, 'parameters' | 'importances'>) {
  const { fanova, results, partial } = importances ?? {};
  const from = `from ${results} results${partial ? `, ${partial} of them trained in part` : ''}`;
  return parameters
    .map(([name], axis) => ({ name, axis, share: fanova?.[name] }))
    .sort((a, b) => (fanova ? b.share! - a.share! : 0))
    .map(({ name, axis, share }) => ({ name, axis, ...(fanova && { note: `explains ${percent(share)} of the variation, ${from}` }) }));
}
