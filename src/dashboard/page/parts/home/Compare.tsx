import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Summary } from '../../../wire.ts';
import { axisStyle, chartAxis } from '../../charts/axes.ts';
import { Chart, type EChartsOption } from '../../charts/Chart.tsx';
import { withoutBraces } from '../../charts/points.ts';
import { stairs } from '../../charts/series/stairs.ts';
import { cut, formatNumber } from '../../lib/format.ts';
import { roundScale } from '../../lib/scale.ts';
import { colour } from '../../lib/theme.ts';
import { getFrom } from '../../state/connect.ts';
import { headlines } from '../../state/store.ts';
import { Card } from '../Card.tsx';

const COLOURS = ['--completed', '--stopped', '--infeasible', '--running', '--failed', '--retracted'];

/** Several studies over the same axes, and in what they differ. */
export function Compare({ ids, clear }: { readonly ids: readonly string[]; readonly clear: () => void }) {
  const found = useSignal<readonly Summary[]>([]);
  const shown = ids.flatMap((id) => headlines.value.find((one) => one.id === id) ?? []);
  const version = shown.map(({ id, position }) => `${id} ${position}`).join();
  useEffect(() => {
    let left = false;
    const ask = (id: string) => getFrom<Summary | null>(id, '').catch(() => null);
    void Promise.all(ids.map(ask)).then((all) => {
      if (!left) found.value = all.filter((one) => one !== null);
    });
    return () => {
      left = true;
    };
  }, [version]);
  const option = useComputed((): EChartsOption => {
    const all = headlines.value.filter(({ id, trend }) => ids.includes(id) && trend.length > 0);
    const values = all.flatMap(({ trend }) => trend.map(([, value]) => value));
    if (values.length === 0) return {};
    const last = Math.max(10, ...all.map(({ trials }) => trials));
    const style = axisStyle();
    return {
      grid: { left: 64, right: 20, top: 36, bottom: 42 },
      legend: { top: 0, left: 0, icon: 'roundRect', itemWidth: 14, itemHeight: 4, textStyle: { color: colour('--text') } },
      xAxis: { type: 'value', min: 1, max: last, name: 'trial', nameLocation: 'middle', nameGap: 24, ...style, splitLine: { show: false } },
      yAxis: chartAxis(roundScale('', Math.min(...values), Math.max(...values))),
      series: all.flatMap((one, k) => {
        const color = colour(COLOURS[k % COLOURS.length]!);
        const points = [...one.trend, [one.trials, one.trend.at(-1)![1]] as const];
        return [
          stairs(`steps ${one.id}`, points, { color, width: 1.8, dashed: k >= COLOURS.length }),
          {
            type: 'scatter',
            id: one.id,
            name: withoutBraces(cut(one.study || one.id, 40)),
            data: one.trend.map((point) => [...point]),
            symbolSize: 5,
            color,
          },
        ];
      }) as never,
    };
  });
  const directions = new Set(shown.map(({ objective }) => `${objective.name} ${objective.direction}`));
  return (
    <Card
      title="Comparison"
      note={directions.size > 1 ? 'these studies have different objectives' : 'best value by trial'}
      tools={
        <button type="button" class="plain" onClick={clear}>
          close
        </button>
      }
    >
      <Chart label="Best value of each study, by trial" option={option.value} height={280} />
      <div class="scroll">
        <table class="small">
          <thead>
            <tr>
              <th>differs</th>
              {found.value.map(({ detail: { id, study } }) => (
                <th key={id}>{cut(study || id, 24)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences(found.value).map(([name, cells]) => (
              <tr key={name}>
                <td>{cut(name, 40)}</td>
                {cells.map((cell, i) => (
                  <td key={found.value[i]!.detail.id}>{cut(cell, 40)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** The lines of the table: what is not the same in all studies. */
function differences(all: readonly Summary[]): (readonly [name: string, cells: readonly string[]])[] {
  const params = [...new Set(all.flatMap(({ best }) => Object.keys(best?.params ?? {})))];
  const lines: readonly (readonly [string, (one: Summary) => unknown])[] = [
    ['best value', ({ detail }) => detail.best?.value],
    ...params.map((name) => [`best ${name}`, ({ best }: Summary) => best?.params[name]] as const),
    ['objective', ({ detail: { objective } }) => `${objective.direction} ${objective.name}`],
    ['configurations', ({ detail }) => detail.configurations],
    ['completed', ({ detail }) => detail.completed],
    ['stopped', ({ detail }) => detail.stopped],
    ['failed', ({ detail }) => detail.failed],
    ['cost', ({ detail }) => detail.cost],
    ['strategy', ({ detail }) => detail.strategy],
    ['parallel', ({ detail }) => detail.parallel],
    ['seed', ({ detail }) => detail.seed],
    ['limits', ({ detail }) => detail.limits],
    ['space', ({ detail }) => Object.keys(detail.space.parameters).join(', ')],
  ];
  return lines
    .map(([name, of]) => [name, all.map((one) => (of(one) === undefined ? '–' : formatNumber(of(one))))] as const)
    .filter(([, cells]) => new Set(cells).size > 1);
}
