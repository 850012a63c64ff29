import { useComputed } from '@preact/signals';
import { cut } from '../lib/format.ts';
import { colour } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { objectives, objectiveValue, onFront, parameters, rows, scales, sign } from '../state/store.ts';
import { chartAxis, splitLine } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { Cube } from './Cube.tsx';
import { trialsOver } from './points.ts';

/** The front over each pair of objectives, and in three dimensions if there are three. */
export function Pareto() {
  const best = useComputed(() => new Set(onFront.value.map(({ trial }) => trial)));
  const names = objectives.value.map(({ name }) => name);
  const pairs = names.flatMap((_, a) => names.slice(a + 1).map((_, k) => [a, a + 1 + k] as const));
  return (
    <>
      <p class="note">
        {best.value.size} of {rows.value.length} trials are on the front: no other trial is at least as good in every objective and better
        in one.
      </p>
      {names.length === 3 && (
        <Card title={names.map((name) => cut(name, 30)).join(', ')} note="drag or use the arrow keys to rotate">
          <Cube best={best} />
        </Card>
      )}
      <div class={pairs.length > 1 ? 'cards' : ''}>
        {pairs.map(([a, b]) => (
          <Card key={`${a} ${b}`} title={`${cut(names[a]!, 30)} and ${cut(names[b]!, 30)}`}>
            <Pair a={a} b={b} best={best} tall={pairs.length === 1} />
          </Card>
        ))}
      </div>
    </>
  );
}

interface PairProps {
  readonly a: number;
  readonly b: number;
  readonly best: { readonly value: ReadonlySet<number> };
  readonly tall: boolean;
}

function Pair({ a, b, best, tall }: PairProps) {
  const option = useComputed((): EChartsOption => {
    const [x, y] = [objectives.value[a], objectives.value[b]];
    if (x === undefined || y === undefined) return {};
    const first = parameters.value.length;
    const points = rows.value.flatMap((row) =>
      best.value.has(row.trial) ? [[objectiveValue(row, x)!, objectiveValue(row, y)!, row.trial]] : [],
    );
    points.sort((p, q) => p[0]! - q[0]!);
    return {
      grid: { left: 60, right: 20, top: 14, bottom: 42 },
      xAxis: { ...chartAxis(scales.value[first + a]!), splitLine: splitLine(), name: cut(x.name, 40), nameLocation: 'middle', nameGap: 26 },
      yAxis: { ...chartAxis(scales.value[first + b]!), splitLine: splitLine() },
      series: [
        {
          type: objectives.value.length === 2 ? 'line' : 'scatter',
          id: 'trials on the front',
          // A point dominates the area to its right if low values are good, and to its left if high values are.
          step: objectives.value.length === 2 ? (sign(x) > 0 ? 'end' : 'start') : undefined,
          data: points,
          symbol: 'circle',
          symbolSize: 9,
          itemStyle: { color: 'transparent', borderColor: colour('--text'), borderWidth: 1.6 },
          lineStyle: { color: colour('--text'), width: 1.4 },
          z: 6,
        },
      ] as never,
    };
  });
  const trials = useComputed(() => trialsOver(parameters.value.length + a, parameters.value.length + b));
  return (
    <Chart
      label={`${cut(objectives.value[a]?.name ?? '', 60)} against ${cut(objectives.value[b]?.name ?? '', 60)}, with the front`}
      option={option.value}
      height={tall ? 460 : 320}
      trials={trials.value}
    />
  );
}
