import type { Created, Params } from '../../facts/facts.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { Value } from '../../space/value.ts';
import { notesIn } from '../../study/notes.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
import { paramOf } from './distributions.ts';
import { attributesIn, TAG, tagIn, valueIn } from './kept.ts';
import { type Attributes, CONSTRAINTS, METRIC_NAMES, type OptunaState, type OptunaStudy, type OptunaTrial } from './optunaStudy.ts';

const STATES: Readonly<Record<TrialRow['status'], OptunaState>> = {
  open: 'RUNNING',
  completed: 'COMPLETE',
  stopped: 'PRUNED',
  failed: 'FAIL',
  retracted: 'FAIL',
};

/** A study for Optuna. Open trials are left out: they would be running there for ever. */
export function toOptuna({ study, objectives, space }: Created, entries: Iterable<AppliedEntry<Params>>): OptunaStudy {
  const rows = new TrialRows();
  const reports = new Map<number, Map<number, number>>();
  const names = objectives.map(({ name }) => name);
  for (const entry of entries) {
    rows.apply(entry);
    if (entry.effect !== 'reported' || names.length > 1) continue; // Optuna has reports of one objective only
    const { trial, values, step } = entry.fact;
    reports.set(trial, (reports.get(trial) ?? new Map<number, number>()).set(step, values[names[0]!]!));
  }
  return {
    name: study,
    directions: objectives.map(({ direction }) => direction),
    user: attributesIn(rows.about.note),
    system: { [METRIC_NAMES]: names },
    trials: [...rows]
      .filter(({ status }) => status !== 'open')
      .map((row) => ({
        ...trialOf(row, names, space as SpaceData, reports.get(row.trial) ?? new Map()),
        user: userOf(row),
      })),
  };
}

function trialOf(
  row: TrialRow,
  names: readonly string[],
  { parameters }: SpaceData,
  reports: ReadonlyMap<number, number>,
): Omit<OptunaTrial, 'user'> {
  const kept = tagIn(row);
  const state = kept?.state === 'COMPLETE' && row.status !== 'completed' ? 'FAIL' : (kept?.state ?? STATES[row.status]);
  const hasValues = state === 'COMPLETE' || (state === 'PRUNED' && names.length === 1);
  return {
    state,
    params: Object.fromEntries(Object.entries(row.params).map(([name, value]) => [name, paramOf(parameters[name]!, value as Value)])),
    values: hasValues && row.values ? names.map((name) => row.values![name]!) : [],
    system: kept?.system ?? systemOf(row),
    reports,
    start: kept ? kept.start : localTime(row.startedAt ?? row.suggestedAt),
    complete: kept ? kept.complete : row.endedAt === undefined ? undefined : localTime(row.endedAt),
  };
}

/** Metrics, tags for people, note and labels as user attributes. */
function userOf(row: TrialRow): Attributes {
  const { metrics = {}, tags = {}, by, note, labels } = row;
  const { [TAG]: _, ...attributes } = tags;
  const isKept = tagIn(row) !== undefined;
  const own = isKept ? Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, valueIn(text)])) : notesIn(tags);
  return omitUndefined({ ...metrics, ...own, by: isKept ? undefined : by, note, labels }) satisfies Attributes;
}

const systemOf = ({ constraints, reason, message = reason }: TrialRow): Attributes =>
  omitUndefined({ [CONSTRAINTS]: constraints, fail_reason: reason === undefined ? undefined : message });

/** Milliseconds since 1970 as Optuna writes times: local, without a zone, with six digits of a second. */
function localTime(at: number): string {
  const local = at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(local).toISOString().replace('Z', '000');
}
