import { batch, computed } from '@preact/signals';
import type { TrialState } from '../../insight/figures/drawing/looks.ts';
import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { jsonIn } from '../../schema/json.ts';
import { filterOf } from '../lib/filter.ts';
import { toggled } from '../lib/lists.ts';
import { allColumns } from './columns.ts';
import { columns, objectives, ranked, rows, scales } from './store.ts';
import { focus, kept, picked } from './url.ts';

/** A part of an axis, in places from 0 to 1. */
export type Range = readonly [low: number, high: number];

const brushes = kept('brush');
const hidden = kept('hide');
/** What trials are shown, in words. */
export const words = kept('filter');
const filter = computed(() => {
  const [objective] = objectives.value;
  const value = allColumns.value.find(({ name }) => name === objective?.name);
  return words.value.trim() === ''
    ? undefined
    : filterOf(words.value, [...allColumns.value, ...(value ? [{ ...value, name: 'value' }] : [])]);
});
/** What is wrong with the words. */
export const problem = computed(() => (typeof filter.value === 'string' ? filter.value : undefined));

/** Which results are shown: all, or the best ones and the open trials. */
export const top = picked('top', ['all', 'best 10 %', 'best 10']);
const isTop = computed(() => {
  if (top.value === 'all') return undefined;
  const count = top.value === 'best 10' ? 10 : Math.ceil(ranked.value.length / 10);
  const trials = new Set(ranked.value.slice(0, count).map(({ trial }) => trial));
  return ({ trial, status }: FigureRow) => status === 'open' || trials.has(trial);
});

/** The selected parts of axes, by name. */
export const ranges = computed<ReadonlyMap<string, Range>>(
  () => new Map(Object.entries((jsonIn(brushes.value) ?? {}) as Record<string, Range>)),
);

export function brush(axis: string, range: Range | undefined): void {
  const next = new Map(ranges.value);
  if (range === undefined) next.delete(axis);
  else next.set(axis, range);
  const rounded = [...next].map(([name, places]) => [name, places.map((place) => Number(place.toFixed(4)))]);
  brushes.value = next.size === 0 ? '' : JSON.stringify(Object.fromEntries(rounded));
}

export const hiddenStates = computed<ReadonlySet<string>>(() => new Set(hidden.value.split(',').filter(Boolean)));

export function toggleState(state: TrialState): void {
  hidden.value = toggled([...hiddenStates.value], state).join(',');
}

export const filtered = computed(
  () => ranges.value.size > 0 || hiddenStates.value.size > 0 || isTop.value !== undefined || typeof filter.value === 'function',
);

export function clear(): void {
  batch(() => {
    brushes.value = '';
    hidden.value = '';
    words.value = '';
    top.pick('all');
  });
}

/** 1 for each selected trial (in all selected ranges, not of a hidden status, as the words say, and among the best), in the order of `rows`. */
export const selected = computed<Uint8Array>(() => {
  const all = rows.value;
  const chosen = new Uint8Array(all.length).fill(1);
  const hide = hiddenStates.value;
  if (hide.size > 0) for (let i = 0; i < all.length; i++) if (hide.has(all[i]!.state)) chosen[i] = 0;
  for (const holds of [filter.value, isTop.value]) {
    if (typeof holds === 'function') for (let i = 0; i < all.length; i++) if (!holds(all[i]!)) chosen[i] = 0;
  }
  for (const [name, [low, high]] of ranges.value) {
    const axis = scales.value.findIndex((scale) => scale.name === name);
    if (axis < 0) continue;
    const column = columns.value[axis]!;
    for (let i = 0; i < chosen.length; i++) if (!(clampUnit(column[i]!) >= low && clampUnit(column[i]!) <= high)) chosen[i] = 0;
  }
  return chosen;
});
/** The indices of selected trials, in the order of `rows`. */
export const selectedIndices = computed<Int32Array>(() => {
  const chosen = selected.value;
  const indices = new Int32Array(chosen.length);
  let count = 0;
  for (let i = 0; i < chosen.length; i++) if (chosen[i]) indices[count++] = i;
  return indices.subarray(0, count);
});
export const selectedCount = computed(() => selectedIndices.value.length);

export const focused = computed(() => (focus.value === '' ? undefined : Number(focus.value)));
/** The place of the focused trial in `rows`; -1 if there is none. */
export const focusedIndex = computed(() => {
  const trial = focused.value;
  return trial === undefined ? -1 : rows.value.findIndex((row) => row.trial === trial);
});
export const lookAt = (trial: number | undefined): void => {
  focus.value = trial === undefined ? '' : String(trial);
};
