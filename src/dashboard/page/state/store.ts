import { batch, computed, signal } from '@preact/signals';
import type { ObjectiveSpec } from '../../../facts/facts.ts';
import { stateOf } from '../../../figures/drawing/looks.ts';
import { type AxisScale, parameterScale } from '../../../figures/drawing/scale.ts';
import { columnsOf, type FigureRow, type FigureStudy, frontOf, objectiveScale } from '../../../figures/study.ts';
import type { Importances } from '../../../importance/importances.ts';
import type { Dimension } from '../../../space/types/dimension.ts';
import { bestFirst } from '../../../study/trials.ts';
import type { Detail, Headline, Machines, Recommended, RowChange, RowChanges } from '../../wire.ts';

export const headlines = signal<readonly Headline[]>([]);
export const detail = signal<Detail | undefined>(undefined);
export const machines = signal<Machines | undefined>(undefined);
export const knownImportances = signal<Importances | undefined>(undefined);
export const knownRecommended = signal<Recommended | undefined>(undefined);
/** The number of results when importances were last computed; 0 before. */
export const foundAt = signal(0);
/** The state of the connection. `over`: the server announced that it ends; `locked`: it wants a token; `file`: the page is a report. */
export const connection = signal<'connecting' | 'live' | 'lost' | 'over' | 'locked' | 'file'>('connecting');

const byTrial = new Map<number, FigureRow>();
const version = signal(0);

/** Trials by number. */
export const rows = computed<readonly FigureRow[]>(() => {
  version.value;
  return [...byTrial.values()].sort((a, b) => a.trial - b.trial);
});
export const shownRow = (trial: number): FigureRow | undefined => {
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

function merged({ curve: news, ...row }: RowChange, before: FigureRow | undefined): FigureRow {
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
    foundAt.value = 0;
  });
}

const none: readonly ObjectiveSpec[] = [];
export const objectives = computed(() => detail.value?.objectives ?? none);

/** Compared as text, so that the list changes only if the space does. */
const spaceText = computed(() => JSON.stringify(detail.value?.space.parameters ?? {}));
export const parameters = computed<readonly (readonly [string, Dimension])[]>(() => Object.entries(JSON.parse(spaceText.value)));

/** The completed trials that violate no constraint, the best first. */
export const ranked = computed<readonly FigureRow[]>(() => {
  const [objective] = objectives.value;
  return objective ? bestFirst(rows.value, objective) : [];
});

/** How many results and failures there are. What only they change need not be computed again for each report: `rows.peek()` then has the rows. */
export const endedTrials = computed(
  () => rows.value.filter(({ status }) => status === 'completed' || status === 'stopped' || status === 'failed').length,
);

const parameterScales = computed(() => parameters.value.map(([name, dimension]) => parameterScale(name, dimension)));
/** The trials that no other trial dominates. */
export const onFront = computed(() => frontOf(ranked.value, objectives.value));

const objectiveScales = computed(() => objectives.value.map((objective) => objectiveScale(objective, rows.value, onFront.value)));

/** The axes of all charts: parameters, then objectives. */
export const scales = computed<readonly AxisScale[]>(() => [...parameterScales.value, ...objectiveScales.value]);

/** The places of all trials, one column for each axis. */
export const columns = computed<readonly Float32Array[]>(() =>
  columnsOf(rows.value, scales.value, parameters.value.length, objectives.value),
);

/** The shown study, for figures. A figure is updated when a part that it reads changes. */
export const figures: FigureStudy = {
  get rows() {
    return rows.value;
  },
  rowOf: shownRow,
  get objectives() {
    return objectives.value;
  },
  get parameters() {
    return parameters.value;
  },
  get scales() {
    return scales.value;
  },
  get columns() {
    return columns.value;
  },
  get ranked() {
    return ranked.value;
  },
  get onFront() {
    return onFront.value;
  },
  get importances() {
    return knownImportances.value;
  },
  get at() {
    return detail.value?.at ?? 0;
  },
};
