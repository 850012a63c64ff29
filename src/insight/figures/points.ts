import type { Theme } from './drawing/colours.ts';
import { looks, states, type TrialState } from './drawing/looks.ts';
import type { ChartOption } from './drawing/option.ts';
import { type AxisScale, coordinateAt } from './drawing/scale.ts';
import type { FigureStudy } from './study.ts';

/** Trials as points in a grid of a chart: their places on its axes, in the order of the rows; NaN if a trial is not drawn. */
export interface Points {
  readonly grid?: number;
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly places: readonly [x: ArrayLike<number>, y: ArrayLike<number>];
}

/** All trials over two axes of the study. */
export function trialsOver({ scales, columns }: Pick<FigureStudy, 'scales' | 'columns'>, x: number, y: number): readonly Points[] {
  const [across, up] = [scales[x], scales[y]];
  return across && up ? [{ x: across, y: up, places: [columns[x]!, columns[y]!] }] : [];
}

/** Above these numbers of trials, points are smaller. */
const MANY = 300;
const VERY_MANY = 1500;
export const sideOf = (count: number): number => (count > VERY_MANY ? 4 : count > MANY ? 5 : 7);

/** Trials as series of a chart, one for each status. */
export const trialSeries = (layers: readonly Points[], { rows }: FigureStudy, theme: Theme): readonly ChartOption[] =>
  layers.flatMap(({ grid = 0, x, y, places: [across, up] }) =>
    states.flatMap((state) => {
      const data = rows.flatMap((row, i) => {
        const place = [across[i]!, up[i]!] as const;
        return row.state !== state || place.some(Number.isNaN) ? [] : [[coordinateAt(x, place[0]), coordinateAt(y, place[1]), row.trial]];
      });
      return data.length === 0
        ? []
        : [{ ...markStyle(state, data.length, theme), id: `trials ${grid} ${state}`, xAxisIndex: grid, yAxisIndex: grid, data }];
    }),
  );

/** How a series draws trials of a status. */
export function markStyle(state: TrialState, count: number, theme: Theme): ChartOption {
  const { label, colour, mark, hollow, dashed } = looks[state];
  const color = theme.colour(colour);
  return {
    type: 'scatter',
    name: label,
    symbol: `path://${mark}`,
    symbolSize: sideOf(count),
    itemStyle: hollow
      ? { color: theme.colour('panel'), borderColor: color, borderWidth: 1.4, borderType: dashed ? 'dashed' : 'solid' }
      : { color, opacity: 0.85 },
    z: 4,
  };
}
