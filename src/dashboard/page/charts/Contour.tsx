import { useComputed } from '@preact/signals';
import type { CustomSeriesRenderItem } from 'echarts/types/dist/shared';
import type { ObjectiveSpec } from '../../../facts/facts.ts';
import { cut, formatNumber } from '../lib/format.ts';
import type { AxisScale } from '../lib/scale.ts';
import { cssOf, palette, ramp } from '../lib/theme.ts';
import { Card, Pick } from '../parts/Card.tsx';
import { columns, counts, objectives, objectiveValue, parameters, rows, scales, sign } from '../state/store.ts';
import { kept } from '../state/url.ts';
import { chartAxis } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { trialsOver } from './points.ts';

const across = kept('x');
const up = kept('y');
const by = kept('by', 'value');
/** Cells along a numeric axis. */
const CELLS = 36;
/** The surface uses at most this many trials. */
const MOST = 600;

/** The value over two parameters: a surface smoothed from the results, and the trials. */
export function Contour() {
  const names = parameters.value.map(([name]) => name);
  const chosen = useComputed(() => {
    const x = names.includes(across.value) ? across.value : (names[0] ?? '');
    return [x, names.includes(up.value) && up.value !== x ? up.value : (names.find((name) => name !== x) ?? '')] as const;
  });
  const option = useComputed(() => surface(...chosen.value, by.value === 'rank'));
  const [objective] = objectives.value;
  const [x, y] = chosen.value;
  const trials = useComputed(() => trialsOver(axisNamed(chosen.value[0]), axisNamed(chosen.value[1])));
  return (
    <Card
      title="Two parameters"
      tools={
        names.length > 1 && (
          <>
            <Pick
              label="x axis"
              of={names}
              value={x}
              pick={(name) => {
                across.value = name;
              }}
            />
            <Pick
              label="y axis"
              of={names.filter((name) => name !== x)}
              value={y}
              pick={(name) => {
                up.value = name;
              }}
            />
            <Pick
              label="colour"
              of={['value', 'rank']}
              value={by.value}
              pick={(name) => {
                by.value = name;
              }}
            />
          </>
        )
      }
    >
      {names.length > 1 ? (
        <>
          <Chart label={`${by.value} over ${cut(x, 60)} and ${cut(y, 60)}`} option={option.value} height={380} trials={trials.value} />
          {objective && <ColourScale isRank={by.value === 'rank'} objective={objective} />}
        </>
      ) : (
        <p class="nothing">This study has only one parameter.</p>
      )}
    </Card>
  );
}

/** The colours of the surface, from the best to the worst. */
function ColourScale({ isRank, objective }: { readonly isRank: boolean; readonly objective: ObjectiveSpec }) {
  const { low, high } = scales.value[parameters.value.length] ?? { low: 0, high: 1 };
  const [best, worst] = objective.direction === 'maximize' ? [high, low] : [low, high];
  palette.value;
  return (
    <p class="colour-scale">
      {isRank ? 'best rank' : `${cut(objective.name, 40)} ${formatNumber(best)}`}
      <span style={{ background: `linear-gradient(to right, ${ramp().map(cssOf).join(', ')})` }} aria-hidden="true" />
      {isRank ? 'worst rank' : formatNumber(worst)}
    </p>
  );
}

const axisNamed = (name: string): number => scales.value.findIndex((scale) => scale.name === name);

/** The share of results that are worse than each, from 0 to 1: a surface of ranks shows good regions also where few bad results are extreme. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const places = new Array<number>(values.length);
  for (const [rank, i] of order.entries()) places[i] = values.length > 1 ? rank / (values.length - 1) : 0;
  return places;
}

function surface(xName: string, yName: string, isRank: boolean): EChartsOption {
  const [objective] = objectives.value;
  const [i, j] = [axisNamed(xName), axisNamed(yName)];
  const [x, y] = [scales.value[i], scales.value[j]];
  if (objective === undefined || x === undefined || y === undefined) return {};
  const results = rows.value.flatMap((row, k) => {
    const value = counts(row) ? objectiveValue(row, objective) : undefined;
    const place = [columns.value[i]![k]!, columns.value[j]![k]!] as const;
    return value === undefined || place.some(Number.isNaN) ? [] : [{ place, value }];
  });
  const axis = scales.value[parameters.value.length]!;
  const latest = results.slice(-MOST);
  const heights = isRank ? ranks(latest.map(({ value }) => value)) : latest.map(({ value }) => Math.min(1, Math.max(0, axis.place(value))));
  const cells = smoothed(
    latest.map(({ place }, k) => ({ place, value: heights[k]! })),
    sidesOf(x),
    sidesOf(y),
  );
  const colours = ramp().map(cssOf);
  const colourOf = (height: number): string => colours[Math.round((sign(objective) > 0 ? height : 1 - height) * (colours.length - 1))]!;
  const hidden = { show: false, type: 'value', min: 0, max: 1 };
  return {
    grid: { left: 70, right: 16, top: 24, bottom: 46 },
    xAxis: [{ ...chartAxis(x), name: cut(xName, 40), nameLocation: 'middle', nameGap: 28 }, hidden],
    yAxis: [{ ...chartAxis(y), name: cut(yName, 24), nameLocation: 'end', nameGap: 8, nameTextStyle: { align: 'left' } }, hidden],
    series: [
      { type: 'custom', id: 'surface', xAxisIndex: 1, yAxisIndex: 1, data: cells, silent: true, renderItem: cellOf(x, y, colourOf), z: 0 },
    ],
  } as EChartsOption;
}

/** Draws a cell of the surface at whole pixels, so that no seams are visible. */
const cellOf =
  (x: AxisScale, y: AxisScale, colourOf: (value: number) => string): CustomSeriesRenderItem =>
  (_, api) => {
    const [a, b] = [Number(api.value(0)), Number(api.value(1))];
    const [left, bottom] = api.coord([a / sidesOf(x), b / sidesOf(y)]) as [number, number];
    const [right, top] = api.coord([(a + 1) / sidesOf(x), (b + 1) / sidesOf(y)]) as [number, number];
    return {
      type: 'rect',
      shape: {
        x: Math.round(left),
        y: Math.round(top),
        width: Math.round(right) - Math.round(left),
        height: Math.round(bottom) - Math.round(top),
      },
      style: { fill: colourOf(Number(api.value(2))), opacity: 0.55 },
    };
  };

const sidesOf = (scale: AxisScale): number => scale.labels?.length ?? CELLS;

interface Result {
  readonly place: readonly [number, number];
  readonly value: number;
}

/** The width of the kernel, as a share of an axis. */
const WIDTH = 0.09;

/** Means of the results around each cell, weighted by a normal kernel (Nadaraya & Watson 1964). Cells far from all results are left out. */
function smoothed(results: readonly Result[], across: number, up: number): (readonly [number, number, number])[] {
  const cells: (readonly [number, number, number])[] = [];
  for (let a = 0; a < across; a++) {
    for (let b = 0; b < up; b++) {
      let sum = 0;
      let weight = 0;
      for (const { place, value } of results) {
        const distance = ((a + 0.5) / across - place[0]) ** 2 + ((b + 0.5) / up - place[1]) ** 2;
        const w = Math.exp(-distance / (2 * WIDTH ** 2));
        sum += w * value;
        weight += w;
      }
      if (weight > 0.05) cells.push([a, b, sum / weight]);
    }
  }
  return cells;
}
