import type { Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { placed } from './drawing/series/lines.ts';
import { type FigureRow, type FigureStudy, objectiveValue, rowLosses, sign } from './figureStudy.ts';
import { compromise } from './front.ts';
import { overAxes, type Plan, type Plane } from './plan.ts';
import { trialsOver } from './points.ts';

type Pair = readonly [x: number, y: number];

/** The front over each pair of objectives. @param marked a trial on the front; default: the compromise */
export function paretoPlans(study: FigureStudy, marked?: FigureRow): readonly Plan[] {
  const { objectives, parameters } = study;
  const pairs = objectivePairs(objectives.length);
  return pairs.map((pair) => {
    const [x, y] = pair.map((k) => cut(objectives[k]!.name, 60));
    return overAxes({
      title: `${x} and ${y}`,
      note: `${study.onFront.length} of ${study.rows.length} trials are on the front`,
      label: `${x} against ${y}, with the front`,
      height: pairs.length === 1 ? 400 : 260,
      plane: () => paretoPlane(study, pair, marked),
      points: () => trialsOver(study, parameters.length + pair[0], parameters.length + pair[1]),
    });
  });
}

function paretoPlane(study: FigureStudy, pair: Pair, marked = compromiseOn(study)): Plane | undefined {
  const { objectives, scales, parameters } = study;
  const [across, up] = pair.map((k) => objectives[k]);
  const [x, y] = pair.map((k) => scales[parameters.length + k]);
  if (!across || !up || !x || !y) return undefined;
  const front = frontPath(study, pair);
  // A point dominates the area to its right if low values are good, and to its left if high values are.
  const line = placed(sign(across) > 0 ? front : front.toReversed(), x, y);
  const circle = { type: 'scatter', symbol: 'circle' };
  // The label stands where no results are: beyond the front.
  const [right, below] = [sign(across) < 0, sign(up) > 0];
  const more = (theme: Theme): readonly ChartOption[] => [
    {
      ...circle,
      id: 'trials on the front',
      data: front,
      symbolSize: 9,
      itemStyle: { color: 'transparent', borderColor: theme.colour('text'), borderWidth: 1.6 },
      z: 6,
    },
    {
      ...circle,
      id: 'trial that is marked',
      data: front.filter(([, , trial]) => trial === marked?.trial),
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
  ];
  return { x, y, lines: objectives.length === 2 ? [{ path: line, colour: 'text' }] : [], more };
}

/** The trial on the front that is nearest to the best of every objective. */
export const compromiseOn = ({ onFront, objectives }: FigureStudy): FigureRow | undefined =>
  onFront[compromise(onFront.map((row) => rowLosses(row, objectives)))];

/** The values of the trials on the front in two objectives, and the numbers of the trials, from left to right. */
export const frontPath = (
  { onFront, objectives }: FigureStudy,
  [a, b]: readonly [number, number],
): (readonly [x: number, y: number, trial: number])[] =>
  onFront
    .map((row) => [objectiveValue(row, objectives[a])!, objectiveValue(row, objectives[b])!, row.trial] as const)
    .sort((p, q) => p[0] - q[0]);

/** All pairs of objectives, by their numbers. */
export const objectivePairs = (count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, a) => Array.from({ length: count - a - 1 }, (_, k) => [a, a + 1 + k] as const)).flat();
