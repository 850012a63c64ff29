import type { ObjectiveSpec } from '../../facts/facts.ts';
import { ownValue } from '../../schema/ownValue.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { ExampleMatrix } from '../examples/matrix.ts';
import { unfinishedText } from '../gain.ts';
import type { Importances } from '../importance/importances.ts';
import { cut, formatNumber, withoutBraces } from './drawing/format.ts';
import { looks, stateOf, type TrialState } from './drawing/looks.ts';
import { type AxisScale, numeric, parameterScale, roundScale } from './drawing/scale.ts';
import { front } from './front.ts';

/** A trial with its curve: step, value, step, value, ... */
export interface FigureRow extends TrialRow {
  readonly state: TrialState;
  readonly curve: readonly number[];
}

/** What the history of a study can count: trials in their order, or what had passed when they ended. */
export const alongs = ['trial', 'time', 'cost'] as const;
export const axisScales = ['automatic', 'linear', 'log'] as const;
/** `usual` leaves out the worst 5 % of many results. */
export const axisRanges = ['usual', 'all'] as const;

/** How a person wants to see the results of a study. */
export interface FigureView {
  /** What the history counts along its horizontal axis. Default: `trial`. Cost is in steps, as the study counts it. */
  readonly along?: (typeof alongs)[number];
  /** The axes of objectives. `log` needs values above 0. Default: `automatic`, which follows the values. */
  readonly scale?: (typeof axisScales)[number];
  /** What these axes show. Default: `usual`. */
  readonly range?: (typeof axisRanges)[number];
}

/** The data of a study that figures show. */
export interface FigureStudy {
  /** Trials by number. */
  readonly rows: readonly FigureRow[];
  rowOf(trial: TrialId): FigureRow | undefined;
  readonly objectives: readonly ObjectiveSpec[];
  readonly parameters: readonly (readonly [name: string, Dimension])[];
  /** The axes of all figures: parameters, then objectives. */
  readonly scales: readonly AxisScale[];
  /** The places of all trials, one column for each axis; NaN if a trial has no value. Values beyond an axis lie just outside of it, see `held`. */
  readonly columns: readonly Float32Array[];
  /** The completed trials that violate no constraint, the best first. */
  readonly ranked: readonly FigureRow[];
  /** The trials that no other trial dominates. */
  readonly onFront: readonly FigureRow[];
  readonly importances: Importances | undefined;
  /** The results on examples, if the study has examples. */
  readonly examples: ExampleMatrix | undefined;
  /** Milliseconds since 1970 of the last entry. */
  readonly at: number;
  readonly view: FigureView;
  /** Whether the trial at a place in `rows` is among those that a person has chosen; the others are grey. */
  isChosen(index: number): boolean;
}

/** The data from which figures are made. */
export interface StudyParts {
  readonly rows: readonly (TrialRow & { readonly curve?: readonly number[] })[];
  readonly objectives: readonly ObjectiveSpec[];
  readonly space: SpaceData;
  readonly importances?: Importances | undefined;
  readonly examples?: ExampleMatrix | undefined;
  readonly at: number;
  readonly view?: FigureView;
}

/** Collects what figures need. */
export function figureStudy({ rows: given, objectives, space, importances, examples, at, view = {} }: StudyParts): FigureStudy {
  const rows = given.map((row) => ({ ...row, state: stateOf(row), curve: row.curve ?? [] })).sort((a, b) => a.trial - b.trial);
  const byTrial = new Map(rows.map((row) => [row.trial, row]));
  const parameters = Object.entries(space.parameters);
  const ranked = objectives[0] ? bestFirst(rows, objectives[0]) : [];
  const onFront = frontOf(ranked, objectives);
  const parameterScales = parameters.map(([name, dimension]) => parameterScale(name, dimension));
  const objectiveScales = objectives.map((objective) => objectiveScale(objective, rows, onFront, view));
  return {
    rows,
    rowOf: (trial) => byTrial.get(trial),
    objectives,
    parameters,
    scales: [...parameterScales, ...objectiveScales],
    columns: [...parameterColumns(rows, parameterScales), ...objectiveColumns(rows, objectiveScales)],
    ranked,
    onFront,
    importances,
    examples,
    at,
    view,
    isChosen: () => true,
  };
}

export const sign = (objective: ObjectiveSpec): number => (objective.direction === 'maximize' ? -1 : 1);

export const objectiveValue = (row: TrialRow, objective: ObjectiveSpec | undefined): number | undefined =>
  objective && ownValue(row.values, objective.name);

/** Its objectives as values to minimize, all of which it has. */
export const rowLosses = (row: TrialRow, objectives: readonly ObjectiveSpec[]): readonly number[] =>
  objectives.map((objective) => sign(objective) * objectiveValue(row, objective)!);

/** Whether the value of a trial counts as a result. */
export const counts = ({ state }: FigureRow): boolean => state === 'completed';

/** With many results, the worst 5 % lie beyond the end of the axis, so that a few bad trials do not hide the others. */
const SHOWN_QUANTILE = 0.95;
const MANY_RESULTS = 20;

/**
 * If half of the completed trials lie in the lowest part of the axis, and low is good, the best could not be told apart: it is logarithmic from a
 * smaller ratio of its ends on. Trials that were stopped early often have far higher values.
 */
const CROWDED = 0.15;
const FAR_FACTOR = 10;

/** The axis of an objective. @param onFront trials that it shows in any case */
export function objectiveScale(
  objective: ObjectiveSpec,
  rows: readonly FigureRow[],
  onFront: readonly FigureRow[],
  view: FigureView = {},
): AxisScale {
  const results = sortedValues(objective, rows, (row) => counts(row) || row.state === 'stopped');
  if (sign(objective) < 0) results.reverse();
  const [best, worst] = [
    results[0],
    results.at(view.range === 'all' || results.length < MANY_RESULTS ? -1 : Math.ceil(SHOWN_QUANTILE * results.length) - 1),
  ];
  if (best === undefined || worst === undefined) return numeric(objective.name, 0, 1, false);
  const shown = [best, worst, ...onFront.map((row) => objectiveValue(row, objective)!)];
  const [low, high] = [shown.reduce((a, b) => Math.min(a, b)), shown.reduce((a, b) => Math.max(a, b))];
  const completed = sortedValues(objective, rows, counts);
  const middle = completed[completed.length >> 1] ?? high;
  const isCrowded = sign(objective) > 0 && middle < low + CROWDED * (high - low);
  return roundScale(objective.name, low, high, widest(view, isCrowded ? FAR_FACTOR : undefined));
}

/** The ratio of its ends from which on an axis is logarithmic. @param automatic if no person chose */
export const widest = ({ scale = 'automatic' }: FigureView, automatic: number | undefined): number | undefined =>
  ({ linear: Number.POSITIVE_INFINITY, log: 1, automatic })[scale];

/** Values in ascending order, as an array of numbers, which sorts many of them far faster. */
function sortedValues(objective: ObjectiveSpec, rows: readonly FigureRow[], isShown: (row: FigureRow) => boolean): Float64Array {
  const values = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) {
    const value = isShown(row) ? objectiveValue(row, objective) : undefined;
    if (value !== undefined) values[count++] = value;
  }
  return values.subarray(0, count).sort();
}

/** The places of trials on the axes of parameters. */
export const parameterColumns = (rows: readonly TrialRow[], scales: readonly AxisScale[]): Float32Array[] =>
  columnsOf(rows, scales, ({ params }, name) => ownValue(params, name));

/** The places of trials on the axes of objectives. */
export const objectiveColumns = (rows: readonly TrialRow[], scales: readonly AxisScale[]): Float32Array[] =>
  columnsOf(rows, scales, ({ values }, name) => ownValue(values, name));

const columnsOf = (rows: readonly TrialRow[], scales: readonly AxisScale[], valueIn: (row: TrialRow, name: string) => unknown) =>
  scales.map((scale) => Float32Array.from(rows, (row) => held(scale.place(valueIn(row, scale.name)))));

/** Places beyond an axis are drawn this far from its end, as arrows. */
const OUTSIDE = 0.02;
/** The error of a place at an end of an axis, such as that of a logarithm. */
const ERROR = 1e-6;
/** A place on an axis, or just outside of it. */
export function held(place: number): number {
  const end = place < 0.5 ? 0 : 1;
  return Math.abs(place - end) < ERROR ? end : Math.min(1 + OUTSIDE, Math.max(-OUTSIDE, place));
}

/** The study with a metric in place of its objectives, for the history. */
export function ofMetric(study: FigureStudy, name: string): FigureStudy {
  const objective: ObjectiveSpec = { name, direction: 'minimize' };
  const rows = study.rows.map(({ values: _, ...row }): FigureRow => {
    const value = ownValue(row.metrics, name);
    return value === undefined ? row : { ...row, values: { [name]: value } };
  });
  const parameters = study.parameters.length;
  const scale = objectiveScale(objective, rows, [], { ...study.view, range: 'all' });
  return {
    ...study,
    rows,
    objectives: [objective],
    scales: [...study.scales.slice(0, parameters), scale],
    columns: [...study.columns.slice(0, parameters), ...objectiveColumns(rows, [scale])],
    ranked: [],
    onFront: [],
  };
}

/** The trials that no other trial dominates. */
export function frontOf(ranked: readonly FigureRow[], objectives: readonly ObjectiveSpec[]): readonly FigureRow[] {
  const [only] = objectives;
  if (only && objectives.length === 1) {
    const best = ranked.reduce((least, row) => Math.min(least, sign(only) * objectiveValue(row, only)!), Number.POSITIVE_INFINITY);
    return ranked.filter((row) => sign(only) * objectiveValue(row, only)! === best);
  }
  const list = ranked.filter((row) => objectives.every((objective) => objectiveValue(row, objective) !== undefined));
  return front(list.map((row) => rowLosses(row, objectives))).map((i) => list[i]!);
}

/** The best trial of a study with one objective. */
export const bestRow = ({ objectives, ranked }: Pick<FigureStudy, 'objectives' | 'ranked'>): FigureRow | undefined =>
  objectives.length === 1 ? ranked[0] : undefined;

/** The text of a trial's tooltip. */
export function aboutTrial(row: FigureRow | undefined): string {
  if (row === undefined) return '';
  const at = unfinishedText(row);
  const step = at === undefined ? '' : ` (${at})`;
  const values = Object.entries(row.values ?? {}).map(([name, value]) => `${cut(name, 24)}  ${formatNumber(value)}${step}`);
  const params = Object.entries(row.params)
    .slice(0, 12)
    .map(([name, value]) => `${cut(name, 24)}  ${cut(formatNumber(value), 30)}`);
  return [`trial ${row.trial} · ${looks[row.state].label}`, ...values, ...params, `by ${cut(row.by, 40)}`].map(withoutBraces).join('\n');
}

/** The formatter of a tooltip, for points whose last value is the number of a trial. */
export const trialTooltip =
  ({ rowOf }: Pick<FigureStudy, 'rowOf'>) =>
  ({ value }: { readonly value?: unknown }): string =>
    Array.isArray(value) ? aboutTrial(rowOf(Number(value.at(-1)))) : '';
