import { chartAxis, legendStyle } from './drawing/axes.ts';
import { LINES, type Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { roundScale, trialScale } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { withoutBraces } from './study.ts';

/** How the best value of a study changed. */
export interface Trend {
  readonly id: string;
  readonly name: string;
  readonly trials: number;
  /** At least one point. */
  readonly trend: Path;
}

/** The best values of several studies over the same axes. */
export function trendsOption(all: readonly Trend[], theme: Theme): ChartOption {
  const values = all.flatMap(({ trend }) => trend.map(([, value]) => value));
  if (values.length === 0) return {};
  const last = Math.max(10, ...all.map(({ trials }) => trials));
  return {
    grid: { left: 64, right: 20, top: 36, bottom: 42 },
    legend: legendStyle(theme, 4),
    xAxis: chartAxis(trialScale(last), theme, 'x'),
    yAxis: chartAxis(roundScale('', Math.min(...values), Math.max(...values)), theme, 'y'),
    series: all.flatMap(({ id, name, trials, trend }, k) => {
      const color = theme.colour(LINES[k % LINES.length]!);
      const points: Path = [...trend, [trials, trend.at(-1)![1]]];
      return [
        stairs(`steps ${id}`, points, { color, width: 1.8, dashed: k >= LINES.length }),
        { type: 'scatter', id, name: withoutBraces(cut(name, 40)), data: trend.map((point) => [...point]), symbolSize: 5, color },
      ];
    }),
  };
}
