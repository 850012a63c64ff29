import { type Cell, cellsOf, type Points } from './cells.ts';
import type { ColourName, Theme } from './drawing/colours.ts';
import { type Beyond, beyond, type Look, lookBeyond, looks, sides, states } from './drawing/looks.ts';
import type { ChartOption, DrawApi, DrawFrame } from './drawing/option.ts';
import { coordinateAt } from './drawing/scale.ts';
import type { FigureRow, FigureStudy } from './figureStudy.ts';

/** All trials over two axes of the study. */
export function trialsOver({ scales, columns }: Pick<FigureStudy, 'scales' | 'columns'>, x: number, y: number): readonly Points[] {
  const [across, up] = [scales[x], scales[y]];
  return across && up ? [{ x: across, y: up, places: [columns[x]!, columns[y]!] }] : [];
}

/** Above these numbers of trials, points are smaller. */
const MANY_POINTS = 300;
const VERY_MANY = 1500;
export const sideOf = (count: number): number => (count > VERY_MANY ? 4 : count > MANY_POINTS ? 5 : 7);

/** Above this number of trials, points would cover each other. */
const CROWD = 3000;
/** The share of the results that are still drawn as points, and at least how many. */
const BEST = 0.01;
const FEWEST_POINTS = 10;

/** The trials that are drawn as points in a crowd: the best ones, and the open ones. */
export function standsOut({ ranked, onFront, objectives }: Pick<FigureStudy, 'ranked' | 'onFront' | 'objectives'>) {
  const best = objectives.length > 1 ? onFront : ranked.slice(0, Math.max(FEWEST_POINTS, Math.ceil(BEST * ranked.length)));
  const trials = new Set(best.map(({ trial }) => trial));
  return ({ trial, status }: FigureRow): boolean => status === 'open' || trials.has(trial);
}

/** How some trials of a grid are drawn: as points, or if they are very many, in cells that show how many lie where, and those that stand out as points. */
export function crowdOf({ places: [x, y], onSurface }: Points, trials: ArrayLike<number>, isOut: (trial: number) => boolean) {
  const seen = Array.from(trials).filter((i) => !Number.isNaN(x[i]! + y[i]!));
  return seen.length > CROWD ? { points: seen.filter(isOut), crowd: onSurface ? [] : seen } : { points: seen, crowd: [] };
}

/** How many of some trials lie beyond the ends of the axes, in words; empty if none does. */
export function beyondText({ places: [x, y] }: Points, trials: ArrayLike<number>): string {
  const counts: Partial<Record<Beyond, number>> = {};
  for (let k = 0; k < trials.length; k++) {
    const side = beyond(x[trials[k]!]!, y[trials[k]!]!);
    if (side) counts[side] = (counts[side] ?? 0) + 1;
  }
  return Object.entries(counts)
    .map(([side, count]) => `${count} ${side}`)
    .join(', ');
}

/** Trials as series of a chart: one for each status, and for those that are not chosen. */
export const trialSeries = (layers: readonly Points[], study: FigureStudy, theme: Theme): readonly ChartOption[] => {
  const { rows } = study;
  const isOut = standsOut(study);
  const indices = [...rows.keys()];
  const chosen = indices.filter(study.isChosen);
  const others = chosen.length < indices.length ? indices.filter((i) => !study.isChosen(i)) : [];
  return layers.flatMap((layer) => {
    const { grid = 0, x, y, places } = layer;
    const on = { xAxisIndex: grid, yAxisIndex: grid };
    const dataOf = (trials: readonly number[]) =>
      trials.map((i) => [coordinateAt(x, places[0][i]!), coordinateAt(y, places[1][i]!), rows[i]!.trial]);
    const behind = crowdOf(layer, others, () => false);
    const { points, crowd } = crowdOf(layer, chosen, (i) => isOut(rows[i]!));
    const text = beyondText(layer, chosen);
    const series = [
      cellSeries(layer, behind.crowd, () => 'faded', theme),
      { type: 'scatter', data: dataOf(behind.points), symbolSize: 4, itemStyle: { color: theme.colour('faded') }, clip: false, z: 2 },
      cellSeries(layer, crowd, (i) => looks[rows[i]!.state].colour, theme),
      ...states.flatMap((state) => {
        const of = points.filter((i) => rows[i]!.state === state);
        return [undefined, ...sides].map((side) => ({
          ...markStyle(side ? lookBeyond(state, side) : looks[state], of.length, theme),
          id: `trials ${grid} ${state} ${side ?? ''}`,
          data: dataOf(of.filter((i) => beyond(places[0][i]!, places[1][i]!) === side)),
        }));
      }),
      { ...textSeries(text, theme), data: text === '' ? [] : [[0, 0]] },
    ];
    return series.filter(({ data }) => data.length > 0).map((one) => ({ ...one, ...on }));
  });
};

/** A crowd of trials in cells. */
const cellSeries = (points: Points, trials: readonly number[], colourOf: (trial: number) => ColourName, theme: Theme) => ({
  type: 'custom',
  silent: true,
  z: 3,
  data: trials.length > 0 ? [[0, 0]] : [],
  renderItem: ({ coordSys: { x, y, width, height } }: DrawFrame) => ({
    type: 'group',
    children: cellsOf(points, trials, colourOf, { left: x, width, bottom: y + height, height, seen: [x, x + width] }).map(
      ({ colour, opacity, ...shape }: Cell) => ({ type: 'rect', shape, style: { fill: theme.colour(colour), opacity } }),
    ),
  }),
});

/** A text at the top right of a grid. */
const textSeries = (text: string, theme: Theme) => ({
  type: 'custom',
  silent: true,
  renderItem: ({ coordSys: { x, y, width } }: DrawFrame, _: DrawApi) => ({
    type: 'text',
    x: x + width,
    y: y - 9,
    style: { text, fill: theme.colour('muted'), fontSize: 11, align: 'right', verticalAlign: 'bottom' },
  }),
});

/** How a series draws trials with a look. */
function markStyle({ label, colour, mark, hollow, dashed }: Look, count: number, theme: Theme): ChartOption {
  const color = theme.colour(colour);
  return {
    type: 'scatter',
    name: label,
    symbol: `path://${mark}`,
    symbolSize: sideOf(count),
    itemStyle: hollow
      ? { color: theme.colour('panel'), borderColor: color, borderWidth: 1.4, borderType: dashed ? 'dashed' : 'solid' }
      : { color, opacity: 0.85 },
    clip: false,
    z: 4,
  };
}
