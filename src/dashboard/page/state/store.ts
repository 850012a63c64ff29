import { batch, computed, signal } from '@preact/signals';
import type { ObjectiveSpec } from '../../../facts/facts.ts';
import type { Dimension } from '../../../space/types/dimension.ts';
import { bestFirst, type TrialRow } from '../../../study/trials.ts';
import type { Detail, Headline, Importances, Machines, Recommended, RowChange, RowChanges } from '../../wire.ts';
import { front } from '../lib/front.ts';
import { type AxisScale, numeric, parameterScale, roundScale } from '../lib/scale.ts';
import { stateOf, type TrialState } from '../lib/theme.ts';

/** A trial with its curve: step, value, step, value, ... */
export interface PageRow extends TrialRow {
  readonly state: TrialState;
  readonly curve: readonly number[];
}

export const headlines = signal<readonly Headline[]>([]);
export const detail = signal<Detail | undefined>(undefined);
export const machines = signal<Machines | undefined>(undefined);
export const knownImportances = signal<Importances | undefined>(undefined);
export const knownRecommended = signal<Recommended | undefined>(undefined);
/** The state of the connection. `over`: the server announced that it ends; `locked`: it wants a token; `file`: the page is a report. */
export const connection = signal<'connecting' | 'live' | 'lost' | 'over' | 'locked' | 'file'>('connecting');

const byTrial = new Map<number, PageRow>();
const version = signal(0);

/** Trials by number. */
export const rows = computed<readonly PageRow[]>(() => {
  version.value;
  return [...byTrial.values()].sort((a, b) => a.trial - b.trial);
});
export const rowOf = (trial: number): PageRow | undefined => {
  version.value;
  return byTrial.get(trial);
};

/** Points that are kept of each curve. */
const CURVE = 128;

export function takeIn({ rows: changed, more }: RowChanges): void {
  for (const row of changed) byTrial.set(row.trial, merged(row, byTrial.get(row.trial)));
  if (!more || byTrial.size <= changed.length) refresh();
}

/** The longest pause between two refreshes, in milliseconds. */
const LONGEST_REST = 500;
let due = false;
let rest = 0;

/** Refreshes the page, then pauses as long as that took, so that a busy page does not fall behind. */
function refresh(): void {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    const since = performance.now();
    version.value++;
    requestAnimationFrame(() =>
      setTimeout(() => {
        rest = Math.min(LONGEST_REST, performance.now() - since);
      }),
    );
  }, rest);
}

function merged({ curve: news, ...row }: RowChange, before: PageRow | undefined): PageRow {
  const curve = news === undefined ? (before?.curve ?? []) : [...(before?.curve ?? []), ...news];
  return { ...row, state: stateOf(row), curve: curve.length <= 2 * CURVE ? curve : curve.filter((_, i) => Math.floor(i / 2) % 2 === 1) };
}

export function forget(): void {
  batch(() => {
    byTrial.clear();
    version.value++;
    detail.value = undefined;
    machines.value = undefined;
    knownImportances.value = undefined;
    knownRecommended.value = undefined;
  });
}

const none: readonly ObjectiveSpec[] = [];
export const objectives = computed(() => detail.value?.objectives ?? none);
export const sign = (objective: ObjectiveSpec): number => (objective.direction === 'maximize' ? -1 : 1);

/** Compared as text, so that the list changes only if the space does. */
const spaceText = computed(() => JSON.stringify(detail.value?.space.parameters ?? {}));
export const parameters = computed<readonly (readonly [string, Dimension])[]>(() => Object.entries(JSON.parse(spaceText.value)));

export const objectiveValue = (row: TrialRow, objective: ObjectiveSpec | undefined): number | undefined =>
  objective && row.values?.[objective.name];

/** The completed trials that violate no constraint, the best first. */
export const ranked = computed<readonly PageRow[]>(() => {
  const [objective] = objectives.value;
  return objective ? bestFirst(rows.value, objective) : [];
});

/** Whether the value of a trial counts as a result. */
export const counts = ({ state }: PageRow): boolean => state === 'completed';

const parameterScales = computed(() => parameters.value.map(([name, dimension]) => parameterScale(name, dimension)));

/** With many results, the worst 5 % lie beyond the end of the axis, so that a few bad trials do not hide the others. */
const SHOWN = 0.95;
const MANY = 20;

const objectiveScales = computed(() =>
  objectives.value.map((objective) => {
    const results = rows.value.flatMap((row) => (counts(row) || row.state === 'stopped' ? (objectiveValue(row, objective) ?? []) : []));
    results.sort((a, b) => sign(objective) * (a - b));
    const [best, worst] = [results[0], results.at(results.length < MANY ? -1 : Math.ceil(SHOWN * results.length) - 1)];
    if (best === undefined || worst === undefined) return numeric(objective.name, 0, 1, false);
    return roundScale(objective.name, Math.min(best, worst), Math.max(best, worst));
  }),
);

/** The trials that no other trial dominates. */
export const onFront = computed<readonly PageRow[]>(() => {
  const all = objectives.value;
  const list = ranked.value.filter((row) => all.every((objective) => objectiveValue(row, objective) !== undefined));
  return front(list.map((row) => all.map((objective) => sign(objective) * objectiveValue(row, objective)!))).map((i) => list[i]!);
});

/** The axes of all charts: parameters, then objectives. */
export const scales = computed<readonly AxisScale[]>(() => [...parameterScales.value, ...objectiveScales.value]);
const rawValue = (row: TrialRow, axis: number): unknown => {
  const count = parameters.value.length;
  return axis < count ? row.params[parameters.value[axis]![0]] : objectiveValue(row, objectives.value[axis - count]);
};

/** The places of all trials, one column for each axis. Values beyond an axis lie at its end. */
export const columns = computed<readonly Float32Array[]>(() =>
  scales.value.map((scale, axis) => Float32Array.from(rows.value, (row) => Math.min(1, Math.max(0, scale.place(rawValue(row, axis)))))),
);
