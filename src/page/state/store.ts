import { batch, computed, type Signal, signal } from '@preact/signals';
import type { ObjectiveSpec } from '../../facts/facts.ts';
import type { ExampleMatrix } from '../../insight/examples/matrix.ts';
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
  objectiveValue,
} from '../../insight/figures/figureStudy.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { Detail, Headline, Recommended, RowChange, RowChanges } from '../../server/feed/wire.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { countsOf, rowAt } from '../../study/rowAt.ts';
import { extendedPlaces, type TrialPlaces } from '../lib/trialPlaces.ts';
import { kept, picked } from './url.ts';

export const headlines = signal<readonly Headline[]>([]);
/** The study now. */
export const latest = signal<Detail | undefined>(undefined);
/** What is known of the study now, and of the past that is shown. */
export const latestImportances = signal<Importances | undefined>(undefined);
/** Null if the results up to that entry are too few. */
export const pastImportances = signal<Importances | null | undefined>(undefined);
export const latestRecommended = signal<Recommended | undefined>(undefined);
/** The results on examples. */
export const latestExamples = signal<ExampleMatrix | undefined>(undefined);
/** Importances and the recommendation as of the entry that is shown. */
export const knownImportances = computed(() => (at.value === undefined ? latestImportances.value : (pastImportances.value ?? undefined)));
export const knownRecommended = computed(() => (at.value === undefined ? latestRecommended.value : undefined));
/** The number of results when importances were last computed; 0 before. */
export const foundAt = signal(0);
/** The state of the connection. `over`: the server announced that it ends; `locked`: it wants a token; `file`: the page is a report. */
export const connection = signal<'connecting' | 'live' | 'lost' | 'over' | 'locked' | 'file'>('connecting');

/** A row with the positions of the reports in its curve. */
interface ReportedRow extends FigureRow {
  readonly reported: readonly number[];
}

const byTrial = new Map<number, ReportedRow>();
/** Whether more trials of the study are on their way, so that what the page computes from those it has is not the answer yet. */
export const loading = signal(true);
/** Counted up when a row has changed, when there are new trials, and when trials have ended or are open again. Reports are frequent, and change only the first. */
const [version, begun, ended] = [signal(0), signal(0), signal(0)];

const address = kept('at');
/** The position of the entry after which the study is shown; undefined for the last one. */
export const at = computed(() => (/^\d+$/.test(address.value) ? Number(address.value) : undefined));
export const lookBackTo = (position: number | undefined): void => {
  address.value = position === undefined ? '' : `${position}`;
};

/** All trials as they are now, by number. */
export const latestRows = computed<readonly ReportedRow[]>(() => {
  version.value;
  return [...byTrial.values()].sort((a, b) => a.trial - b.trial);
});
/** Trials by number, as they are shown. */
export const rows = computed<readonly FigureRow[]>(() => {
  const position = at.value;
  return position === undefined ? latestRows.value : latestRows.value.flatMap((row) => pastRow(row, position) ?? []);
});
/** The trial that was suggested after the entry that is shown; undefined at the last one. */
export const nextRow = computed<FigureRow | undefined>(() => {
  const position = at.value;
  return position === undefined ? undefined : latestRows.value.find(({ suggested }) => suggested > position);
});
function pastRow(row: ReportedRow, position: number): ReportedRow | undefined {
  const past = rowAt(row, position, objectives.value[0]?.name ?? '');
  return past && past !== row ? { ...past, state: stateOf(past) } : past;
}
const hasEnded = ({ status }: Pick<FigureRow, 'status'>): boolean => status !== 'open';

/** Those that have ended. What only they change is not computed again for each report. */
const latestEnded = computed<readonly FigureRow[]>(() => {
  ended.value;
  return latestRows.peek().filter(hasEnded);
});
export const endedRows = computed(() => (at.value === undefined ? latestEnded.value : rows.value.filter(hasEnded)));
export const running = computed(() => rows.value.filter(({ state }) => state === 'running'));
export const shownRow = (trial: number): FigureRow | undefined => {
  version.value;
  const row = byTrial.get(trial);
  return row && at.value !== undefined ? pastRow(row, at.value) : row;
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

function merged({ curve: news = [], reported: positions = [], ...row }: RowChange, before: ReportedRow | undefined): ReportedRow {
  const curve = [...(before?.curve ?? []), ...news];
  const reported = [...(before?.reported ?? []), ...positions];
  const state = stateOf(row);
  if (reported.length <= CURVE) return { ...row, state, curve, reported };
  const isKept = (report: number) => report % 2 === 1;
  return { ...row, state, curve: curve.filter((_, i) => isKept(Math.floor(i / 2))), reported: reported.filter((_, i) => isKept(i)) };
}

export function forget(): void {
  pending.clear();
  placed = undefined;
  batch(() => {
    byTrial.clear();
    for (const counted of [version, begun, ended]) counted.value++;
    latest.value = undefined;
    latestImportances.value = undefined;
    pastImportances.value = undefined;
    latestRecommended.value = undefined;
    latestExamples.value = undefined;
    foundAt.value = 0;
    loading.value = true;
  });
}

/** Compared as text, so that the lists change only if the space or the objectives do: each new detail would change all axes. */
const spaceText = computed(() => JSON.stringify(latest.value?.space.parameters ?? {}));
/** The strategy as JSON. */
const strategyText = computed(() => JSON.stringify(latest.value?.strategy) ?? '');
/** The strategy as data; it changes only if its text does. */
export const strategy = computed<unknown>(() => strategyText.value && JSON.parse(strategyText.value));
const objectivesText = computed(() => JSON.stringify(latest.value?.objectives ?? []));
export const parameters = computed<readonly (readonly [string, Dimension])[]>(() => Object.entries(JSON.parse(spaceText.value)));
export const objectives = computed<readonly ObjectiveSpec[]>(() => JSON.parse(objectivesText.value));

/** The study as of the entry that is shown. */
export const detail = computed<Detail | undefined>(() => {
  const now = latest.value;
  const position = at.value;
  if (now === undefined || position === undefined || position >= now.position) return now;
  const { closed, waits, ...rest } = now;
  const [best] = ranked.value;
  const value = best && objectiveValue(best, objectives.value[0]);
  const last = rows.value.reduce((latest, { endedAt = 0, suggestedAt }) => Math.max(latest, endedAt, suggestedAt), now.createdAt);
  const { best: _, ...past } = { ...rest, ...countsOf(rows.value), position, at: last, phase: 'running' as const };
  return best && value !== undefined ? { ...past, best: { trial: best.trial, value } } : past;
});

const rankedIn = (all: readonly FigureRow[]): readonly FigureRow[] => (objectives.value[0] ? bestFirst(all, objectives.value[0]) : []);
const latestRanked = computed(() => rankedIn(latestEnded.value));
/** The completed trials that violate no constraint, the best first. */
export const ranked = computed(() => (at.value === undefined ? latestRanked.value : rankedIn(endedRows.value)));
const latestFront = computed(() => frontOf(latestRanked.value, objectives.value));
/** The trials that no other trial dominates. */
export const onFront = computed(() => (at.value === undefined ? latestFront.value : frontOf(ranked.value, objectives.value)));

const parameterScales = computed(() => parameters.value.map(([name, dimension]) => parameterScale(name, dimension)));

/** How the person wants to see the results, in all charts. */
export const chosenView = { along: picked('along', alongs), scale: picked('scale', axisScales), range: picked('range', axisRanges) };
export const shownView = (): FigureView => ({
  along: chosenView.along.value,
  scale: chosenView.scale.value,
  range: chosenView.range.value,
});

/** They do not change with the entry that is shown, so that points stay where they are. */
const objectiveScales = computed(() =>
  objectives.value.map((objective) => objectiveScale(objective, latestEnded.value, latestFront.value, shownView())),
);

/** The axes of all charts: parameters, then objectives. */
export const scales = computed<readonly AxisScale[]>(() => [...parameterScales.value, ...objectiveScales.value]);

const parameterPlaces = computed(() => {
  begun.value;
  placed = extendedPlaces(placed, latestRows.peek(), parameterScales.value); // the rows of the past are the first ones
  return placed.columns;
});
let placed: TrialPlaces | undefined;
const objectivePlaces = computed(() => objectiveColumns(rows.value, objectiveScales.value));

/** The places of all trials, one column for each axis. */
export const columns = computed<readonly Float32Array[]>(() => [...parameterPlaces.value, ...objectivePlaces.value]);
