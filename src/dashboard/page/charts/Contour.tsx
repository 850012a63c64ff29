import { useComputed } from '@preact/signals';
import type { CustomSeriesRenderItem } from 'echarts/types/dist/shared';
import { cut } from '../lib/format.ts';
import type { AxisScale } from '../lib/scale.ts';
import { cssOf, ramp } from '../lib/theme.ts';
import { Card, Pick } from '../parts/Card.tsx';
import { columns, counts, objectives, objectiveValue, parameters, rows, scales, sign } from '../state/store.ts';
import { kept } from '../state/url.ts';
import { chartAxis } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { trialsOver } from './points.ts';

const across = kept('x');
const up = kept('y');
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
  const option = useComputed(() => surface(...chosen.value));
  const [x, y] = chosen.value;
  const trials = useComputed(() => trialsOver(axisNamed(chosen.value[0]), axisNamed(chosen.value[1])));
  return (
    <Card
      title="Two parameters"
      note="blue is better"
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
          </>
        )
      }
    >
      {names.length > 1 ? (
        <Chart label={`Value over ${cut(x, 60)} and ${cut(y, 60)}`} option={option.value} height={380} trials={trials.value} />
      ) : (
        <p class="nothing">This study has only one parameter.</p>
      )}
    </Card>
  );
}

const axisNamed = (name: string): number => scales.value.findIndex((scale) => scale.name === name);

function surface(xName: string, yName: string): EChartsOption {
  const [objective] = objectives.value;
  const [i, j] = [axisNamed(xName), axisNamed(yName)];
  const [x, y] = [scales.value[i], scales.value[j]];
  if (objective === undefined || x === undefined || y === undefined) return {};
  const results = rows.value.flatMap((row, k) => {
    const value = counts(row) ? objectiveValue(row, objective) : undefined;
    const place = [columns.value[i]![k]!, columns.value[j]![k]!] as const;
    return value === undefined || place.some(Number.isNaN) ? [] : [{ place, value }];
  });
  const cells = smoothed(results.slice(-MOST), sidesOf(x), sidesOf(y));
  const seen = cells.map(([, , value]) => value);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const colours = ramp().map(cssOf);
  const colourOf = (value: number): string => {
    const place = high > low ? (value - low) / (high - low) : 0.5;
    return colours[Math.round((sign(objective) > 0 ? place : 1 - place) * (colours.length - 1))]!;
  };
  const hidden = { show: false, type: 'value', min: 0, max: 1 };
  return {
    grid: { left: 60, right: 16, top: 10, bottom: 36 },
    xAxis: [chartAxis(x), hidden],
    yAxis: [chartAxis(y), hidden],
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
