import { useComputed } from '@preact/signals';
import { cut, formatNumber } from '../lib/format.ts';
import { colour } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { lookAt } from '../state/selection.ts';
import { counts, objectives, objectiveValue, type PageRow, rowOf, rows, sign } from '../state/store.ts';
import { axisStyle, tooltipStyle } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { trialTooltip, withoutBraces } from './points.ts';
import { stairs } from './series/stairs.ts';

const COLOURS = ['--completed', '--stopped', '--infeasible', '--running', '--failed', '--retracted'];

interface Part {
  trials: number;
  completed: number;
  best: PageRow | undefined;
  wins: number;
  readonly line: number[][];
}

/**
 * How far the best value of each strategy in a composition is from the best of all. A trial that resumes another one counts for the strategy that proposed
 * the first one. Only results at the highest budget are compared.
 */
export function Regret() {
  const parts = useComputed((): ReadonlyMap<string, Part> => {
    const [objective] = objectives.value;
    const by = new Map<string, Part>();
    if (objective === undefined) return by;
    const results = rows.value.filter((row) => counts(row) && objectiveValue(row, objective) !== undefined);
    const highest = results.reduce((high, row) => Math.max(high, budgetOf(row)), Number.NEGATIVE_INFINITY);
    const loss = (row: PageRow) => sign(objective) * objectiveValue(row, objective)!;
    const compared = new Set(results.filter((row) => budgetOf(row) === highest));
    const least = [...compared].reduce((low, row) => Math.min(low, loss(row)), Number.POSITIVE_INFINITY);
    let first = Number.POSITIVE_INFINITY;
    for (const row of rows.value) {
      const name = proposerOf(row);
      const known = by.get(name) ?? { trials: 0, completed: 0, best: undefined, wins: 0, line: [] };
      by.set(name, known);
      known.trials++;
      if (counts(row)) known.completed++;
      if (!compared.has(row)) continue;
      if (!known.best || loss(row) < loss(known.best)) {
        known.best = row;
        known.line.push([row.trial, loss(row) - least, row.trial]);
      }
      if (loss(row) < first) {
        first = loss(row);
        known.wins++;
      }
    }
    return by;
  });
  const option = useComputed((): EChartsOption => {
    const style = axisStyle();
    const last = rows.value.at(-1)?.trial ?? 1;
    return {
      grid: { left: 64, right: 20, top: 36, bottom: 40 },
      legend: { top: 0, left: 0, icon: 'roundRect', itemWidth: 14, itemHeight: 4, textStyle: { color: colour('--text') } },
      xAxis: {
        type: 'value',
        min: 1,
        max: Math.max(10, last),
        name: 'trial',
        nameLocation: 'middle',
        nameGap: 24,
        ...style,
        splitLine: { show: false },
      },
      yAxis: { type: 'value', min: 0, ...style, axisLabel: { ...style.axisLabel, formatter: formatNumber } },
      tooltip: { trigger: 'item', ...tooltipStyle(), formatter: trialTooltip as never },
      series: [...parts.value].flatMap(([name, { line }], k) => {
        const color = colour(COLOURS[k % COLOURS.length]!);
        const points = line.map(([trial, regret]) => [trial!, regret!] as const);
        const toEnd = points.length > 0 ? [...points, [last, points.at(-1)![1]] as const] : points;
        return [
          stairs(`steps ${name}`, toEnd, { color, width: 1.8, dashed: k >= COLOURS.length }),
          { type: 'scatter', id: `trials ${name}`, name: withoutBraces(cut(name, 40)), data: line, symbolSize: 6, color, z: 6 },
        ];
      }) as never,
    };
  });
  return (
    <Card title="Regret by strategy" note="distance of each strategy's best value from the best of all">
      <Chart label="Regret of each strategy, by trial" option={option.value} height={340} />
      <div class="scroll">
        <table class="small">
          <thead>
            <tr>
              <th>strategy</th>
              <th>trials</th>
              <th>completed</th>
              <th>improvements</th>
              <th>best</th>
            </tr>
          </thead>
          <tbody>
            {[...parts.value].map(([name, { trials, completed, wins, best }]) => (
              <tr key={name}>
                <td>{cut(name, 60)}</td>
                <td>{trials}</td>
                <td>{completed}</td>
                <td>{wins}</td>
                <td>
                  {best && (
                    <button type="button" class="plain" onClick={() => lookAt(best.trial)}>
                      {formatNumber(objectiveValue(best, objectives.value[0]))}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const budgetOf = ({ budget = Number.POSITIVE_INFINITY }: PageRow): number => budget;

function proposerOf(row: PageRow): string {
  const before = row.resumes === undefined ? undefined : rowOf(row.resumes);
  return before && before.trial < row.trial ? proposerOf(before) : row.by;
}
