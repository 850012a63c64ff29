import { axisStyle, tooltipStyle } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import { clock, cut } from './drawing/format.ts';
import { looks, states } from './drawing/looks.ts';
import type { ChartOption, DrawApi } from './drawing/option.ts';
import { type FigureRow, type FigureStudy, trialTooltip } from './figureStudy.ts';
import type { Plan } from './plan.ts';

/** Only the latest so many bars are drawn. */
const MOST_BARS = 3000;
const LANE = 26;

/** When and on which trainer each trial ran. */
export function timelinePlan(study: FigureStudy): Plan {
  const lanes = lanesOf(study.rows);
  return {
    title: 'Timeline',
    note: 'by trainer',
    label: 'When each trial ran, by trainer',
    height: Math.min(900, 52 + LANE * lanes.names.length),
    key: states.filter((state) => state !== 'waiting'),
    option: (theme) => timelineOption(study, theme, lanes),
  };
}

function timelineOption(study: FigureStudy, theme: Theme, { names, laneOf }: Lanes): ChartOption {
  const data = study.rows.flatMap((row, i) => {
    const lane = laneOf.get(row.trial);
    if (lane === undefined) return [];
    const style = { color: theme.colour(study.isChosen(i) ? looks[row.state].colour : 'faded') };
    return [{ value: [row.startedAt!, endOf(row, study), lane, row.trial], itemStyle: style }];
  });
  const style = axisStyle(theme);
  return {
    grid: { left: 110, right: 20, top: 10, bottom: 32 },
    xAxis: { type: 'time', ...style, axisLabel: { ...style.axisLabel, formatter: clock } },
    yAxis: { type: 'category', data: names.map((name) => cut(name, 16)), ...style, inverse: true, splitLine: { show: false } },
    tooltip: { trigger: 'item', ...tooltipStyle(theme), formatter: trialTooltip(study) },
    dataZoom: [{ type: 'inside', xAxisIndex: 0, filterMode: 'weakFilter', zoomOnMouseWheel: 'ctrl' }],
    series: [
      // At once: a chart that is removed while it is drawn over several frames fails.
      { type: 'custom', id: 'trials in time', progressive: 0, renderItem: bar, encode: { x: [0, 1], y: 2 }, data },
    ],
  };
}

/** When a trial that has started ended, or the time of the last entry. */
const endOf = ({ startedAt, endedAt }: FigureRow, { at }: Pick<FigureStudy, 'at'>): number => endedAt ?? Math.max(at, startedAt!);

function bar(_: unknown, api: DrawApi): object {
  const lane = api.value(2);
  const [left, y] = api.coord([api.value(0), lane]) as [number, number];
  const [right] = api.coord([api.value(1), lane]) as [number, number];
  const height = Math.min(16, api.size([0, 1])[1]! * 0.66);
  const shape = { x: left, y: y - height / 2, width: Math.max(2, right - left - 1), height, r: 2 };
  return { type: 'rect', shape, style: { fill: api.visual('color') } };
}

interface Lane {
  readonly trainer: string;
  /** Its number among the lanes of this trainer. */
  readonly number: number;
  /** When its last trial ended. */
  end: number;
}

export interface Lanes {
  readonly names: readonly string[];
  readonly laneOf: ReadonlyMap<number, number>;
}

/** A lane for each trainer, and more if trainers have no names or run several trials at once. */
export function lanesOf(rows: readonly FigureRow[]): Lanes {
  const byTrainer = new Map<string, Lane[]>();
  const taken = new Map<number, Lane>();
  const shown = rows.filter(({ startedAt }) => startedAt !== undefined).slice(-MOST_BARS);
  for (const { trial, trainer = 'slot', startedAt, endedAt = Number.POSITIVE_INFINITY } of shown.sort(
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
