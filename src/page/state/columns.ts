import { computed } from '@preact/signals';
import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import { tookSeconds } from '../../insight/gain.ts';
import { ownValue } from '../../schema/ownValue.ts';
import { csvLine } from '../../study/csv.ts';
import { notesIn } from '../../study/notes.ts';
import { listIn, toggled } from '../lib/lists.ts';
import { objectives, parameters, rows } from './store.ts';
import { kept } from './url.ts';
import { hasExamples } from './useExamples.ts';

/** A column of the table of trials. */
export interface TableColumn {
  readonly name: string;
  readonly of: (row: FigureRow) => unknown;
  /** In pixels. */
  readonly wide?: number;
  /** Whether it is shown if nothing is chosen. Default true. */
  readonly usual?: false;
}

/** The metrics that trials reported besides the objectives. */
export const metricNames = computed(() => {
  const names = new Set<string>();
  for (const { metrics } of rows.value) for (const name in metrics) names.add(name);
  return [...names];
});

/** The tags that are notes for people. */
const tagNames = computed(() => {
  const isNote = new Map<string, boolean>();
  for (const { tags } of rows.value) for (const name in tags) if (!isNote.has(name)) isNote.set(name, Object.hasOwn(notesIn(tags), name));
  return [...isNote.keys()].filter((name) => isNote.get(name)).slice(0, 30);
});

/** A metric may have the name of a parameter. */
const unlike = (name: string, kind: string): string =>
  [...objectives.value.map((one) => one.name), ...parameters.value.map(([one]) => one), 'trial', 'status'].includes(name)
    ? `${kind} ${name}`
    : name;

/** A column that is not shown while it is empty, unless it is chosen. */
const ifAny = (name: string, of: TableColumn['of']): TableColumn =>
  rows.value.some((row) => of(row) !== undefined) ? { name, of } : { name, of, usual: false };

/** All columns that a table can have. */
export const allColumns = computed((): readonly TableColumn[] => [
  { name: 'trial', of: ({ trial }) => trial, wide: 64 },
  { name: 'status', of: ({ state }) => state, wide: 104 },
  ...objectives.value.map(({ name }): TableColumn => ({ name, of: ({ values }) => ownValue(values, name), wide: 130 })),
  ...parameters.value.map(([name]): TableColumn => ({ name, of: ({ params }) => ownValue(params, name) })),
  ...metricNames.value.map((name): TableColumn => ({ name: unlike(name, 'metric'), of: ({ metrics }) => ownValue(metrics, name) })),
  { name: 'by', of: ({ by }) => by, wide: 150 },
  ifAny(hasExamples.value ? 'planned examples' : 'budget', ({ budget }) => budget),
  ifAny(hasExamples.value ? 'examples' : 'step', ({ step }) => step),
  { name: 'seconds', of: tookSeconds },
  ifAny('trainer', ({ trainer }) => trainer),
  { name: 'attempt', of: ({ attempt }) => attempt, usual: false },
  { name: 'resumes', of: ({ resumes }) => resumes, usual: false },
  { name: 'reason', of: ({ reason }) => reason, usual: false },
  { name: 'message', of: ({ message }) => message, wide: 220, usual: false },
  { name: 'suggested at', of: ({ suggestedAt }) => new Date(suggestedAt).toISOString(), wide: 190, usual: false },
  { name: 'ended at', of: ({ endedAt }) => (endedAt === undefined ? undefined : new Date(endedAt).toISOString()), wide: 190, usual: false },
  ...(rows.value.some(({ starred }) => starred)
    ? [{ name: 'star', of: ({ starred }: FigureRow) => (starred ? '★' : undefined), wide: 50 }]
    : []),
  ...(rows.value.some(({ labels }) => labels) ? [{ name: 'labels', of: ({ labels }: FigureRow) => labels?.join(' · '), wide: 150 }] : []),
  { name: 'note', of: ({ note }) => note, wide: 220, usual: false },
  ...tagNames.value.map((name): TableColumn => ({ name: `tag ${name}`, of: ({ tags }) => ownValue(tags, name), usual: false })),
]);

/** The chosen columns as a list in JSON; empty for the usual ones. The number of the trial is always there. */
const chosen = kept('columns');

/** The columns of the table. */
export const shownColumns = computed((): readonly TableColumn[] => {
  const names = listIn(chosen.value);
  const isShown = names ? ({ name }: TableColumn) => name === 'trial' || names.includes(name) : ({ usual }: TableColumn) => usual !== false;
  return allColumns.value.filter(isShown);
});

/** Shows or hides a column. */
export function toggleColumn(name: string): void {
  const shown = shownColumns.value.map((column) => column.name);
  chosen.value = JSON.stringify(toggled(shown, name));
}

export const showUsual = (): void => {
  chosen.value = '';
};
export const areUsual = computed(() => chosen.value === '');

/** Trials as CSV, with all digits. */
export const csvOf = (columns: readonly TableColumn[], list: readonly FigureRow[]): string =>
  csvLine(columns.map(({ name }) => name)) + list.map((row) => csvLine(columns.map(({ of }) => of(row)))).join('');
