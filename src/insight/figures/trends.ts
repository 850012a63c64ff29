import { chartAxis, legendStyle } from './drawing/axes.ts';
import { LINES, type Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { roundScale } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { passedScale } from './history.ts';
import { type FigureView, withoutBraces } from './study.ts';

/** How the best value of a study changed. */
export interface Trend {
  readonly id: string;
  readonly name: string;
  /** At least one point: what had passed, and the best value. */
  readonly trend: Path;
  /** What has passed until now. */
  readonly last: number;
}

/** The best values of several studies over the same axes. */
export function trendsOption(all: readonly Trend[], theme: Theme, along: FigureView['along'] = 'trial'): ChartOption {
  const values = all.flatMap(({ trend }) => trend.map(([, value]) => value));
  if (values.length === 0) return {};
  const { scale, unit } = passedScale(along, Math.max(along === 'trial' ? 10 : 0, ...all.map(({ last }) => last)));
  return {
    grid: { left: 64, right: 20, top: 36, bottom: 42 },
    legend: legendStyle(theme, 4),
    xAxis: chartAxis(scale, theme, 'x'),
    yAxis: chartAxis(roundScale('', Math.min(...values), Math.max(...values)), theme, 'y'),
    series: all.flatMap(({ id, name, trend, last }, k) => {
      const color = theme.colour(LINES[k % LINES.length]!);
      const found = trend.map(([passed, value]) => [passed / unit, value] as const);
      const points: Path = [...found, [last / unit, found.at(-1)![1]]];
      return [
        stairs(`steps ${id}`, points, { color, width: 1.8, dashed: k >= LINES.length }),
        { type: 'scatter', id, name: withoutBraces(cut(name, 40)), data: found.map((point) => [...point]), symbolSize: 5, color },
      ];
    }),
  };
}
