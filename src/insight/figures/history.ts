import type { ObjectiveSpec } from '../../facts/facts.ts';
import { Spending } from '../../ledger/spending.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { onExamples } from '../gain.ts';
import type { Points } from './cells.ts';
import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { type AxisScale, numeric, trialScale } from './drawing/scale.ts';
import { type Path, placed, upTo } from './drawing/series/lines.ts';
import { counts, type FigureRow, type FigureStudy, objectiveValue, sign } from './figureStudy.ts';
import { type Plan, type Plane, planeOption } from './plan.ts';

/** The value of each trial, and the best so far. A strip below shows trials without a value. @param metric whether it is one, not an objective */
export function historyPlan(study: FigureStudy, k = 0, isMetric = false): Plan {
  const { name, direction } = study.objectives[k] ?? { name: '', direction: 'minimize' };
  const plane = () => historyPlane(study, k, isMetric);
  return {
    title: `${cut(name, 60)} by ${study.view.along ?? 'trial'}`,
    note: isMetric ? 'a metric' : `${direction === 'maximize' ? 'higher' : 'lower'} is better; the line is ${lineText(study)}`,
    label: `Value of each trial, ${name}${isMetric ? '' : ', and the best so far'}`,
    height: 300,
    option: (theme) => withStrip(plane(), theme),
    plane,
    points: () => historyPoints(study, k),
  };
}

const lineText = ({ rows }: FigureStudy): string => (onExamples(rows) ? 'the leader, by all its examples' : 'the best so far');

function historyPlane(study: FigureStudy, k: number, isMetric: boolean): Plane | undefined {
  const objective = study.objectives[k];
  const y = study.scales[study.parameters.length + k];
  if (objective === undefined || y === undefined) return undefined;
  const passed = passedIn(study);
  const path = isMetric ? [] : bestSoFar(study, objective, passed);
  return { x: passed.scale, y, lines: [{ path: placed(path, passed.scale, y), colour: 'text' }] };
}

/** Two axes, and below them a strip along the same horizontal axis. */
function withStrip(plane: Plane | undefined, theme: Theme): ChartOption {
  if (plane === undefined) return {};
  const along = chartAxis(plane.x, theme, 'x');
  return {
    ...planeOption(plane, theme),
    grid: [
      { left: 56, right: 24, top: HEAD_ROOM, bottom: 70 },
      { left: 56, right: 24, height: 16, bottom: 42 },
    ],
    xAxis: [
      { ...along, gridIndex: 0, name: '', axisLabel: { show: false } },
      { ...along, gridIndex: 1 },
    ],
    yAxis: [
      { ...chartAxis(plane.y, theme, 'y'), gridIndex: 0 },
      { gridIndex: 1, type: 'value', min: 0, max: 1, show: false },
    ],
    dataZoom: [{ type: 'inside', xAxisIndex: [0, 1], filterMode: 'none', zoomOnMouseWheel: 'ctrl' }],
  };
}

/** The trials: those with a value, and in the strip those without. */
export function historyPoints(study: FigureStudy, k = 0): readonly Points[] {
  const axis = study.parameters.length + k;
  const scale = study.scales[axis];
  if (scale === undefined) return [];
  const { scale: x, values } = passedIn(study);
  const when = Float64Array.from(values, x.place);
  const objective = study.objectives[k];
  const without = Float64Array.from(study.rows, (row) =>
    objectiveValue(row, objective) === undefined && row.state !== 'waiting' ? 0.5 : Number.NaN,
  );
  return [
    { x, y: scale, places: [when, study.columns[axis]!] },
    { grid: 1, x, y: numeric('', 0, 1, false), places: [when, without] },
  ];
}

/** What had passed when each trial ended: trials before it, time, or cost. */
export interface Passed {
  readonly scale: AxisScale;
  /** In the order of the rows. */
  readonly values: ArrayLike<number>;
}

/** The units of time, and the least that is told in each of them, in milliseconds. */
const UNITS = [
  ['hours', 3_600_000, 6_000_000],
  ['minutes', 60_000, 100_000],
  ['seconds', 1000, 0],
] as const;

/** What the history of a study counts. */
export function passedIn({ rows, at, view }: Pick<FigureStudy, 'rows' | 'at' | 'view'>): Passed {
  if (view.along === undefined || view.along === 'trial') {
    return { scale: trialScale(lastTrial({ rows })), values: rows.map(({ trial }) => trial) };
  }
  const values = view.along === 'cost' ? costs(rows) : rows.map(({ endedAt = at }) => endedAt - rows[0]!.suggestedAt);
  const last = values.reduce((most, value) => Math.max(most, value), 0);
  if (view.along === 'cost') return { scale: numeric(`cost in ${onExamples(rows) ? 'results' : 'steps'}`, 0, last, false), values };
  const [name, unit] = UNITS.find(([, , least]) => last >= least)!;
  return { scale: numeric(`${name} since the beginning`, 0, last / unit, false), values: values.map((value) => value / unit) };
}

/** What the study had cost when each trial ended, in steps. */
function costs(rows: readonly FigureRow[]): number[] {
  const spending = new Spending();
  const totals = new Map<FigureRow, number>();
  for (const row of rows.filter(({ ended }) => ended !== undefined).sort((a, b) => a.ended! - b.ended!)) {
    spending.add({ ...row, id: row.trial, outcome: row.status === 'stopped' || row.status === 'failed' ? row.status : 'completed' });
    totals.set(row, spending.total);
  }
  return rows.map((row) => totals.get(row) ?? spending.total);
}

/** The best value after each trial, among trials at the highest budget so far: lower budgets are not comparable. @param passed default: trials */
export function bestSoFar(
  { rows }: Pick<FigureStudy, 'rows'>,
  objective: ObjectiveSpec,
  passed = passedIn({ rows, at: 0, view: {} }),
): Path {
  const { values } = passed;
  if (onExamples(rows)) return leadersSoFar(rows, objective, values);
  const best: (readonly [passed: number, value: number])[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  const order = [...rows.keys()].sort((a, b) => values[a]! - values[b]!);
  for (const i of order) {
    const row = rows[i]!;
    const { budget = Number.POSITIVE_INFINITY } = row;
    const value = counts(row) ? objectiveValue(row, objective) : undefined;
    if (value === undefined || budget < highest || (budget === highest && sign(objective) * value >= first)) continue;
    highest = budget;
    first = sign(objective) * value;
    best.push([values[i]!, value]);
  }
  return upTo(values[order.at(-1)!]!, best);
}

/**
 * The value of the leader after each trial. One that is evaluated on more examples has their mean from when it began to lead: the first few made it look
 * better than it is.
 */
function leadersSoFar(rows: readonly FigureRow[], objective: ObjectiveSpec, values: ArrayLike<number>): Path {
  const best: (readonly [passed: number, value: number])[] = [];
  let leading = new Set<TrialId>();
  const byTrial = new Map(rows.map((row) => [row.trial, row]));
  const changes = [...rows.keys()].filter((i) => rows[i]!.leader !== undefined).sort((a, b) => rows[a]!.ended! - rows[b]!.ended!);
  for (const i of changes) {
    const row = byTrial.get(rows[i]!.leader!);
    const value = row && counts(row) ? objectiveValue(row, objective) : undefined;
    if (row === undefined || value === undefined) continue;
    const isGrown = row.resumes !== undefined && leading.has(row.resumes);
    const since = isGrown ? best.at(-1)![0] : values[i]!;
    while (best.length > 0 && best.at(-1)![0] >= since) best.pop(); // with a lower number, it may have ended later
    leading = isGrown ? leading.add(row.trial) : new Set([row.trial]);
    best.push([since, value]);
  }
  return upTo(Math.max(0, ...Array.from(values)), best);
}

/** The last trial number on the axis. */
export const lastTrial = ({ rows }: Pick<FigureStudy, 'rows'>): number => Math.max(rows.at(-1)?.trial ?? 1, 10);
