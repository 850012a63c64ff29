import { useComputed } from '@preact/signals';
import type { CustomSeriesRenderItem } from 'echarts/types/dist/shared';
import { clock, cut } from '../lib/format.ts';
import { colour, looks } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { selected } from '../state/selection.ts';
import { detail, type PageRow, rows } from '../state/store.ts';
import { axisStyle, tooltipStyle } from './axes.ts';
import { Chart, type EChartsOption } from './Chart.tsx';
import { trialTooltip } from './points.ts';

/** Only the latest so many bars are drawn. */
const MOST = 3000;
const LANE = 26;

/** When and on which trainer each trial ran. */
export function Timeline() {
  const lanes = useComputed(() => lanesOf(rows.value.filter(({ startedAt }) => startedAt !== undefined).slice(-MOST)));
  const option = useComputed((): EChartsOption => {
    const { names, laneOf } = lanes.value;
    const chosen = selected.value;
    const now = detail.value?.at ?? 0;
    const data = rows.value.flatMap((row, i) => {
      const lane = laneOf.get(row.trial);
      if (lane === undefined) return [];
      const style = { color: colour(chosen[i] ? looks[row.state].colour : '--faded') };
      return [{ value: [row.startedAt!, row.endedAt ?? Math.max(now, row.startedAt!), lane, row.trial], itemStyle: style }];
    });
    const style = axisStyle();
    return {
      grid: { left: 110, right: 20, top: 10, bottom: 32 },
      xAxis: { type: 'time', ...style, axisLabel: { ...style.axisLabel, formatter: clock } },
      yAxis: { type: 'category', data: names.map((name) => cut(name, 16)), ...style, inverse: true, splitLine: { show: false } },
      tooltip: { trigger: 'item', ...tooltipStyle(), formatter: trialTooltip as never },
      dataZoom: [{ type: 'inside', xAxisIndex: 0, filterMode: 'weakFilter', zoomOnMouseWheel: 'ctrl' }],
      series: [{ type: 'custom', id: 'trials in time', renderItem: bar, encode: { x: [0, 1], y: 2 }, data }] as never,
    };
  });
  const { names } = lanes.value;
  return (
    <Card title="Timeline" note="by trainer">
      {names.length > 0 ? (
        <Chart label="When each trial ran, by trainer" option={option.value} height={Math.min(900, 52 + LANE * names.length)} />
      ) : (
        <p class="nothing">No trials have started yet.</p>
      )}
    </Card>
  );
}

const bar: CustomSeriesRenderItem = (_, api) => {
  const lane = api.value(2);
  const [left, y] = api.coord([api.value(0), lane]) as [number, number];
  const [right] = api.coord([api.value(1), lane]) as [number, number];
  const height = Math.min(16, (api.size!([0, 1]) as number[])[1]! * 0.66);
  const shape = { x: left, y: y - height / 2, width: Math.max(2, right - left - 1), height, r: 2 };
  return { type: 'rect', shape, style: { fill: api.visual('color') as string } };
};

interface Lane {
  readonly trainer: string;
  /** Its number among the lanes of this trainer. */
  readonly number: number;
  /** When its last trial ended. */
  end: number;
}

/** A lane for each trainer, and more if trainers have no names or run several trials at once. */
function lanesOf(shown: readonly PageRow[]): { readonly names: readonly string[]; readonly laneOf: ReadonlyMap<number, number> } {
  const byTrainer = new Map<string, Lane[]>();
  const taken = new Map<number, Lane>();
  for (const { trial, trainer = 'slot', startedAt, endedAt = Number.POSITIVE_INFINITY } of [...shown].sort(
    (a, b) => a.startedAt! - b.startedAt!,
  )) {
    const lanes = byTrainer.get(trainer) ?? [];
    byTrainer.set(trainer, lanes);
    let lane = lanes.find(({ end }) => end <= startedAt!);
    if (lane === undefined) {
      lane = { trainer, number: lanes.length + 1, end: 0 };
      lanes.push(lane);
    }
    lane.end = endedAt;
    taken.set(trial, lane);
  }
  const all = [...byTrainer.values()].flat();
  all.sort((a, b) => a.trainer.localeCompare(b.trainer, undefined, { numeric: true }) || a.number - b.number);
  const names = all.map(({ trainer, number }) => (byTrainer.get(trainer)!.length === 1 ? trainer : `${cut(trainer, 12)} ${number}`));
  const places = new Map(all.map((lane, i) => [lane, i]));
  return { names, laneOf: new Map([...taken].map(([trial, lane]) => [trial, places.get(lane)!])) };
}
