import { useComputed } from '@preact/signals';
import { cut, number } from '../lib/format.ts';
import type { Scale } from '../lib/scale.ts';
import { ramp } from '../lib/theme.ts';
import { Card, Pick } from '../parts/Card.tsx';
import { lookAt } from '../state/selection.ts';
import { columns, counts, objectives, type PageRow, parameters, resultOf, rows, scales, sign } from '../state/store.ts';
import { kept } from '../state/url.ts';
import { Chart, type EChartsOption, tooltipStyle } from './Chart.tsx';
import { trialSeries, trialTooltip } from './points.ts';
import { axisOf, placeOn } from './Slices.tsx';

const across = kept('x');
const up = kept('y');
/** Cells a side of an ordered axis. */
const CELLS = 36;
/** Trials that the surface is made of, at most. */
const MOST = 600;

/** The value over two parameters: a surface smoothed from the results, with the trials on it. */
export function Contour() {
  const names = parameters.value.map(([name]) => name);
  const chosen = useComputed(() => {
    const x = names.includes(across.value) ? across.value : (names[0] ?? '');
    return [x, names.includes(up.value) && up.value !== x ? up.value : (names.find((name) => name !== x) ?? '')] as const;
  });
  const option = useComputed(() => surface(...chosen.value));
  const [x, y] = chosen.value;
  return (
    <Card
      title="Two parameters"
      note="darker is better"
      tools={
        names.length > 1 && (
          <>
            <Pick
              label="across"
              of={names}
              value={x}
              pick={(name) => {
                across.value = name;
              }}
            />
            <Pick
              label="up"
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
        <Chart label={`Value over ${cut(x, 60)} and ${cut(y, 60)}`} option={option.value} height={380} onTrial={lookAt} />
      ) : (
        <p class="nothing">There is only one parameter.</p>
      )}
    </Card>
  );
}

function surface(xName: string, yName: string): EChartsOption {
  const [objective] = objectives.value;
  const [i, j] = [xName, yName].map((name) => scales.value.findIndex((scale) => scale.name === name)) as [number, number];
  const [x, y] = [scales.value[i], scales.value[j]];
  if (objective === undefined || x === undefined || y === undefined) return {};
  const results = rows.value.flatMap((row, k) => {
    const value = counts(row) ? resultOf(row, objective) : undefined;
    const place = [columns.value[i]![k]!, columns.value[j]![k]!] as const;
    return value === undefined || place.some(Number.isNaN) ? [] : [{ place, value }];
  });
  const cells = smoothed(results.slice(-MOST), sidesOf(x), sidesOf(y));
  const seen = cells.flatMap(([, , value]) => (Number.isNaN(value) ? [] : value));
  const colours = sign(objective) > 0 ? ramp() : [...ramp()].reverse();
  const hidden = { show: false, gridIndex: 0 };
  return {
    grid: { left: 60, right: 16, top: 10, bottom: 64 },
    xAxis: [axisOf(x), { ...hidden, type: 'category', data: numbers(sidesOf(x)) }],
    yAxis: [axisOf(y), { ...hidden, type: 'category', data: numbers(sidesOf(y)) }],
    visualMap: {
      type: 'continuous',
      seriesIndex: 0,
      min: Math.min(...seen),
      max: Math.max(...seen),
      inRange: { color: [...colours] },
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: 160,
      itemWidth: 10,
      formatter: (value: unknown) => number(value),
      textStyle: { color: 'inherit' },
    },
    tooltip: { trigger: 'item', ...tooltipStyle(), formatter: trialTooltip as never },
    series: [
      {
        type: 'heatmap',
        id: 'surface',
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: cells,
        silent: true,
        progressive: 0,
        itemStyle: { opacity: 0.85 },
      },
      ...trialSeries((row: PageRow) => {
        const [a, b] = [row.params[x.name], row.params[y.name]];
        return a === undefined || b === undefined ? undefined : [placeOn(x, a), placeOn(y, b)];
      }),
    ],
  } as EChartsOption;
}

const sidesOf = (scale: Scale): number => scale.labels?.length ?? CELLS;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

interface Result {
  readonly place: readonly [number, number];
  readonly value: number;
}

/** The width of the kernel, as a share of an axis. */
const WIDTH = 0.09;

/** Means of the results about each cell, weighted by a normal kernel (Nadaraya & Watson 1964); nothing where no result is near. */
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
