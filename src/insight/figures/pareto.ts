import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import type { ChartOption } from './drawing/option.ts';
import { compromise } from './front.ts';
import { type FigureRow, type FigureStudy, lossesOf, objectiveValue, sign } from './study.ts';

/** The front over two objectives. @param pair the numbers of the objectives @param marked a trial on the front; default: the compromise */
export function paretoOption(
  study: FigureStudy,
  theme: Theme,
  pair: readonly [x: number, y: number],
  marked = compromiseOn(study),
): ChartOption {
  const { objectives, scales, parameters } = study;
  const [x, y] = [objectives[pair[0]], objectives[pair[1]]];
  if (x === undefined || y === undefined) return {};
  const first = parameters.length;
  const [across, up] = [scales[first + pair[0]]!, scales[first + pair[1]]!];
  const path = frontPath(study, pair);
  // The label stands where no results are: beyond the front.
  const [right, below] = [sign(x) < 0, sign(y) > 0];
  return {
    grid: { left: 60, right: 20, top: HEAD_ROOM, bottom: 42 },
    xAxis: chartAxis(across, theme, 'x'),
    yAxis: chartAxis(up, theme, 'y'),
    series: [
      {
        type: objectives.length === 2 ? 'line' : 'scatter',
        id: 'trials on the front',
        // A point dominates the area to its right if low values are good, and to its left if high values are.
        step: objectives.length === 2 ? (sign(x) > 0 ? 'end' : 'start') : undefined,
        data: path,
        symbol: 'circle',
        symbolSize: 9,
        itemStyle: { color: 'transparent', borderColor: theme.colour('text'), borderWidth: 1.6 },
        lineStyle: { color: theme.colour('text'), width: 1.4 },
        z: 6,
      },
      {
        type: 'scatter',
        id: 'trial that is marked',
        data: path.filter(([, , trial]) => trial === marked?.trial),
        symbol: 'circle',
        symbolSize: 13,
        itemStyle: { color: theme.colour('completed'), borderColor: theme.colour('panel'), borderWidth: 2 },
        label: {
          show: true,
          formatter: marked === compromiseOn(study) ? 'compromise' : `trial ${marked?.trial}`,
          position: [right ? 14 : -1, below ? 14 : -1],
          align: right ? 'left' : 'right',
          verticalAlign: below ? 'top' : 'bottom',
          color: theme.colour('text'),
          fontWeight: 600,
        },
        z: 8,
      },
    ],
  };
}

/** The trial on the front that is nearest to the best of every objective. */
export const compromiseOn = ({ onFront, objectives }: FigureStudy): FigureRow | undefined =>
  onFront[compromise(onFront.map((row) => lossesOf(row, objectives)))];

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
