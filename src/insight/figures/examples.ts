import { lossOf } from '../../ledger/settings.ts';
import { type ExampleMatrix, exampleName, type MatrixRow } from '../examples/matrix.ts';
import { axisStyle, tooltipStyle } from './drawing/axes.ts';
import { cssOf, ramp, type Theme } from './drawing/colours.ts';
import { cut, formatNumber, withoutBraces } from './drawing/format.ts';
import type { ChartOption, DrawApi } from './drawing/option.ts';
import type { Plan } from './plan.ts';

/** The most columns: of more examples, neighbours share one. */
const MOST_COLUMNS = 300;
/** The height of a row, and the rest, in pixels. */
const [ROW, REST] = [15, 62];
/** If the worst values are far from the others, colours end at this quantile. */
const SHOWN_QUANTILE = 0.95;

/** The results of configurations on examples, as cells. */
export interface ExampleGrid {
  /** The places of the examples in each column, the easiest first. */
  readonly columns: readonly (readonly number[])[];
  /** From the top. */
  readonly rows: readonly MatrixRow[];
  readonly cells: readonly ExampleCell[];
  /** The values of the best and of the worst colour. */
  readonly ends: readonly [best: number, worst: number];
  /** Whether there are worse values than that of the worst colour. */
  readonly isCut: boolean;
}

/** @param badness from 0 to 1 @param value the mean of the results in it */
type ExampleCell = readonly [column: number, row: number, badness: number, value: number];

/** @param most columns */
export function exampleGrid({ rows, order, objective }: ExampleMatrix, most = MOST_COLUMNS): ExampleGrid {
  const count = Math.min(most, order.length);
  const columnOf = new Map(order.map((place, i) => [place, Math.floor((i * count) / order.length)]));
  const columns = Array.from({ length: count }, (): number[] => []);
  for (const place of order) columns[columnOf.get(place)!]!.push(place);
  const means = rows.flatMap(({ results }, row) => {
    const sums = new Map<number, { sum: number; n: number }>();
    for (const [place, value] of results) {
      const of = sums.get(columnOf.get(place)!) ?? { sum: 0, n: 0 };
      sums.set(columnOf.get(place)!, { sum: of.sum + value, n: of.n + 1 });
    }
    return [...sums].map(([column, { sum, n }]) => [column, row, sum / n] as const);
  });
  const losses = means.map(([, , value]) => lossOf(objective, value)).sort((a, b) => a - b);
  const [best, usual, worst] = [losses[0] ?? 0, losses[Math.floor(SHOWN_QUANTILE * (losses.length - 1))] ?? 0, losses.at(-1) ?? 0];
  const end = usual > best ? usual : worst;
  const badness = (loss: number) => (end > best ? Math.min(1, (loss - best) / (end - best)) : 0);
  return {
    columns,
    rows,
    cells: means.map(([column, row, value]) => [column, row, badness(lossOf(objective, value)), value]),
    ends: [lossOf(objective, best), lossOf(objective, end)],
    isCut: worst > end,
  };
}

/** The results of the configurations with the most results: one row each, one column for each example. */
export function examplesPlan(matrix: ExampleMatrix): Plan {
  const grid = exampleGrid(matrix);
  const { rows, ends, isCut, columns } = grid;
  const [best, worst] = ends.map(formatNumber);
  const shown =
    rows.length < matrix.configurations
      ? `the ${rows.length} of ${matrix.configurations} configurations with the most results`
      : 'all configurations';
  const shared = columns.length < matrix.order.length ? '; neighbours share a column, with their mean' : '';
  return {
    title: `${cut(matrix.objective.name, 60)} by example`,
    note: `rows: ${shown}, the ${matrix.leader === undefined ? 'best' : 'leader'} first; columns: ${matrix.order.length} of ${matrix.count} examples, the easiest first${shared}; blank: not evaluated`,
    label: 'Results of configurations by example',
    height: REST + ROW * rows.length,
    colours: [`${cut(matrix.objective.name, 60)} ${best}`, `${worst}${isCut ? ' or worse' : ''}`],
    option: (theme) => examplesOption(matrix, grid, theme),
  };
}

function examplesOption(matrix: ExampleMatrix, { rows, columns, cells }: ExampleGrid, theme: Theme): ChartOption {
  const style = axisStyle(theme);
  const colours = ramp(theme).map(cssOf);
  const bare = { ...style, splitLine: { show: false }, axisLine: { show: false } };
  return {
    grid: { left: 74, right: 16, top: 8, bottom: 40 },
    xAxis: {
      ...bare,
      ...{ type: 'value', min: 0, max: columns.length, name: 'examples, from easy to hard', nameLocation: 'middle', nameGap: 12 },
      axisLabel: { show: false },
    },
    yAxis: { type: 'category', inverse: true, data: rows.map(({ trial }) => `trial ${trial}`), ...bare },
    tooltip: {
      trigger: 'item',
      ...tooltipStyle(theme),
      formatter: ({ value }: { readonly value?: unknown }) => aboutCell(matrix, columns, value),
    },
    series: [
      {
        type: 'custom',
        id: 'trials by example',
        progressive: 0,
        encode: { x: 0, y: 1 },
        data: cells.map(([column, row, badness, value]) => [column, row, badness, value, rows[row]!.trial]),
        renderItem: (_: unknown, api: DrawApi) => {
          const badness = Number(api.value(2));
          return {
            type: 'rect',
            shape: cellShape(api, Number(api.value(0)), 1),
            style: { fill: colours[Math.round(badness * (colours.length - 1))] },
          };
        },
      },
      {
        type: 'custom',
        id: 'leader',
        silent: true,
        data: matrix.leader === undefined ? [] : [[0, 0]],
        renderItem: (_: unknown, api: DrawApi) => ({
          type: 'rect',
          shape: cellShape(api, 0, columns.length),
          style: { fill: 'none', stroke: theme.colour('text'), lineWidth: 1.6 },
        }),
        z: 5,
      },
    ],
  };
}

/** At whole pixels, so that no seams are visible between columns; rows have one. */
function cellShape(api: DrawApi, column: number, wide: number): object {
  const row = Number(api.value(1));
  const [left, middle] = api.coord([column, row]) as [number, number];
  const [right] = api.coord([column + wide, row]) as [number, number];
  const height = api.size([0, 1])[1]!;
  const top = Math.round(middle - height / 2);
  return { x: Math.round(left), y: top, width: Math.round(right) - Math.round(left), height: Math.round(middle + height / 2) - top - 1 };
}

/** The most examples of a column that are named. */
const EXAMPLES_NAMED = 3;

function aboutCell(matrix: ExampleMatrix, columns: ExampleGrid['columns'], cell: unknown): string {
  if (!Array.isArray(cell)) return '';
  const [column, , , value, trial] = cell as number[];
  const places = columns[column!]!;
  const names = places.slice(0, EXAMPLES_NAMED).map((place) => cut(exampleName(matrix, place), 40));
  const rest = places.length > EXAMPLES_NAMED ? `, and ${places.length - EXAMPLES_NAMED} more` : '';
  const lines = [`trial ${trial}`, `example ${names.join(', ')}${rest}`, `${cut(matrix.objective.name, 40)} ${formatNumber(value)}`];
  return lines.map(withoutBraces).join('\n');
}
