import { axisStyle, chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import { percent } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { numeric } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { type FigureStudy, objectiveValue, sign } from './study.ts';

/** The share of results that are at least as good as each value (empirical distribution function). */
export function distributionOption(study: FigureStudy, theme: Theme): ChartOption {
  const [objective] = study.objectives;
  const scale = study.scales[study.parameters.length];
  if (objective === undefined || scale === undefined) return {};
  const share = chartAxis(numeric('share of the results', 0, 1, false), theme, 'y');
  return {
    grid: { left: 56, right: 24, top: HEAD_ROOM, bottom: 44 },
    xAxis: chartAxis(scale, theme, 'x'),
    yAxis: { ...share, axisLabel: { ...axisStyle(theme).axisLabel, formatter: percent } },
    series: [stairs('distribution', distributionPath(study), { color: theme.colour('completed'), width: 1.8 })],
  };
}

/** The steps of the distribution within its axis: value, share. */
export function distributionPath({ objectives: [objective], scales, parameters, ranked }: FigureStudy): Path {
  const scale = scales[parameters.length];
  if (objective === undefined || scale === undefined) return [];
  const results = ranked.map((row) => objectiveValue(row, objective)!);
  return distribution(results, sign(objective)).flatMap(({ value, share }) =>
    value < scale.low || value > scale.high ? [] : [[value, share] as const],
  );
}

/** The share of the results that are at least as good as each of them, from the best on. @param sign 1 if low values are good, else -1 */
export function distribution(results: readonly number[], sign: number): { readonly value: number; readonly share: number }[] {
  const sorted = results.toSorted((a, b) => sign * (a - b));
  const steps: { readonly value: number; readonly share: number }[] = [];
  for (const [i, value] of sorted.entries()) {
    if (value !== sorted[i + 1]) steps.push({ value, share: (i + 1) / sorted.length });
  }
  return steps;
}
