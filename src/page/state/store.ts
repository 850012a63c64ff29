import { batch, computed, type Signal, signal } from '@preact/signals';
import type { ObjectiveSpec } from '../../facts/facts.ts';
import { stateOf } from '../../insight/figures/drawing/looks.ts';
import { type AxisScale, parameterScale } from '../../insight/figures/drawing/scale.ts';
import {
  alongs,
  axisRanges,
  axisScales,
  type FigureRow,
  type FigureView,
  frontOf,
  objectiveColumns,
  objectiveScale,
} from '../../insight/figures/study.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { Detail, Headline, Machines, Recommended, RowChange, RowChanges } from '../../server/feed/wire.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { extendedPlaces, type TrialPlaces } from '../lib/trialPlaces.ts';
import { choice } from './url.ts';

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
/** Whether more trials of the study are on their way, so that what the page computes from those it has is not the answer yet. */
export const loading = signal(true);
/** Counted up when a row has changed, when there are new trials, and when trials have ended or are open again. Reports are frequent, and change only the first. */
const [version, begun, ended] = [signal(0), signal(0), signal(0)];

/** Trials by number. */
export const rows = computed<readonly FigureRow[]>(() => {
  version.value;
  return [...byTrial.values()].sort((a, b) => a.trial - b.trial);
});
const hasEnded = ({ status }: Pick<FigureRow, 'status'>): boolean => status !== 'open';

/** Those that have ended. What only they change is not computed again for each report. */
export const endedRows = computed<readonly FigureRow[]>(() => {
  ended.value;
  return rows.peek().filter(hasEnded);
});
export const shownRow = (trial: number): FigureRow | undefined => {
  version.value;
  return byTrial.get(trial);
};

/** Points that are kept of each curve. */
const CURVE = 128;

export function takeIn({ rows: changed, more }: RowChanges): void {
  countUp(version);
  pending.set(loading, more);
  for (const row of changed) {
    const before = byTrial.get(row.trial);
    if (before === undefined) countUp(begun);
    if (hasEnded(row) || (before && hasEnded(before))) countUp(ended); // one that had ended may be open again
    byTrial.set(row.trial, merged(row, before));
  }
  if (!more || byTrial.size <= changed.length) refresh();
}

/** Shows a value with the next refresh. */
export function showSoon<T>(place: Signal<T>, value: T): void {
  pending.set(place, value);
  refresh();
}

/** Counts up with the next refresh. */
const countUp = (count: Signal<number>): void => void pending.set(count, count.peek() + 1);

/** The values of the next refresh. */
const pending = new Map<Signal, unknown>();
/** The longest pause between two refreshes, in milliseconds. */
const LONGEST_REST = 500;
let due = false;
let rest = 0;

/**
 * Refreshes the page, then pauses as long as that took. The server sends messages at its own pace: if each of them refreshed a page with very many
 * trials, the page would fall behind more and more.
 */
function refresh(): void {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    const since = performance.now();
    batch(() => {
      for (const [place, value] of pending) place.value = value;
    });
    pending.clear();
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
  pending.clear();
  placed = undefined;
  batch(() => {
    byTrial.clear();
    for (const counted of [version, begun, ended]) counted.value++;
    detail.value = undefined;
    machines.value = undefined;
    knownImportances.value = undefined;
    knownRecommended.value = undefined;
    foundAt.value = 0;
    loading.value = true;
  });
}

/** Compared as text, so that the lists change only if the space or the objectives do: each new detail would change all axes. */
const spaceText = computed(() => JSON.stringify(detail.value?.space.parameters ?? {}));
/** The strategy as JSON. */
const strategyText = computed(() => JSON.stringify(detail.value?.strategy) ?? '');
/** The strategy as data; it changes only if its text does. */
export const strategy = computed<unknown>(() => strategyText.value && JSON.parse(strategyText.value));
const objectivesText = computed(() => JSON.stringify(detail.value?.objectives ?? []));
export const parameters = computed<readonly (readonly [string, Dimension])[]>(() => Object.entries(JSON.parse(spaceText.value)));
export const objectives = computed<readonly ObjectiveSpec[]>(() => JSON.parse(objectivesText.value));

/** The completed trials that violate no constraint, the best first. */
export const ranked = computed<readonly FigureRow[]>(() => {
  const [objective] = objectives.value;
  return objective ? bestFirst(endedRows.value, objective) : [];
});

const parameterScales = computed(() => parameters.value.map(([name, dimension]) => parameterScale(name, dimension)));
/** The trials that no other trial dominates. */
export const onFront = computed(() => frontOf(ranked.value, objectives.value));

/** How the person wants to see the results, in all charts. */
export const chosenView = { along: choice('along', alongs), scale: choice('scale', axisScales), range: choice('range', axisRanges) };
export const shownView = (): FigureView => ({
  along: chosenView.along.value,
  scale: chosenView.scale.value,
  range: chosenView.range.value,
});

const objectiveScales = computed(() =>
  objectives.value.map((objective) => objectiveScale(objective, endedRows.value, onFront.value, shownView())),
);

/** The axes of all charts: parameters, then objectives. */
export const scales = computed<readonly AxisScale[]>(() => [...parameterScales.value, ...objectiveScales.value]);

const parameterPlaces = computed(() => {
  begun.value;
  placed = extendedPlaces(placed, rows.peek(), parameterScales.value);
  return placed.columns;
});
let placed: TrialPlaces | undefined;
const objectivePlaces = computed(() => objectiveColumns(rows.value, objectiveScales.value));

/** The places of all trials, one column for each axis. */
export const columns = computed<readonly Float32Array[]>(() => [...parameterPlaces.value, ...objectivePlaces.value]);
