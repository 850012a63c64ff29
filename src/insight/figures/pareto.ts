import { chartAxis, splitLine } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { type FigureStudy, objectiveValue, sign } from './study.ts';

/** The front over two objectives. @param pair the numbers of the objectives */
export function paretoOption(study: FigureStudy, theme: Theme, pair: readonly [x: number, y: number]): ChartOption {
  const { objectives, scales, parameters } = study;
  const [x, y] = [objectives[pair[0]], objectives[pair[1]]];
  if (x === undefined || y === undefined) return {};
  const first = parameters.length;
  const [across, up] = [scales[first + pair[0]]!, scales[first + pair[1]]!];
  return {
    grid: { left: 60, right: 20, top: 14, bottom: 42 },
    xAxis: { ...chartAxis(across, theme), splitLine: splitLine(theme), name: cut(x.name, 40), nameLocation: 'middle', nameGap: 26 },
    yAxis: { ...chartAxis(up, theme), splitLine: splitLine(theme) },
    series: [
      {
        type: objectives.length === 2 ? 'line' : 'scatter',
        id: 'trials on the front',
        // A point dominates the area to its right if low values are good, and to its left if high values are.
        step: objectives.length === 2 ? (sign(x) > 0 ? 'end' : 'start') : undefined,
        data: frontPath(study, pair),
        symbol: 'circle',
        symbolSize: 9,
        itemStyle: { color: 'transparent', borderColor: theme.colour('text'), borderWidth: 1.6 },
        lineStyle: { color: theme.colour('text'), width: 1.4 },
        z: 6,
      },
    ],
  };
}

/** The values of the trials on the front in two objectives, and the numbers of the trials, from left to right. */
export const frontPath = (
  { onFront, objectives }: FigureStudy,
  [a, b]: readonly [number, number],
): (readonly [x: number, y: number, trial: number])[] =>
  onFront
    .map((row) => [objectiveValue(row, objectives[a])!, objectiveValue(row, objectives[b])!, row.trial] as const)
    .sort((p, q) => p[0] - q[0]);

/** All pairs of objectives, by their numbers. */
export const pairsOf = (count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, a) => Array.from({ length: count - a - 1 }, (_, k) => [a, a + 1 + k] as const)).flat();
