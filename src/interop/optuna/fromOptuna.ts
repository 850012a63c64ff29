import { type Created, LONGEST_NOTE, LONGEST_TAG, type TrialEvent, type Values } from '../../facts/facts.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { Dimensions } from '../../space/types/dimension.ts';
import { type Value, valueKey } from '../../space/value.ts';
import { UsageError } from '../../text/usage.ts';
import type { ImportedRow, ImportedTrial, Untold } from '../importRows.ts';
import { dimensionOf, joined, paramValue } from './distributions.ts';
import { noteOf, type OptunaTag, TAG, textOf } from './kept.ts';
import {
  type Attributes,
  CONSTRAINTS,
  type OptunaDistribution,
  type OptunaStudy,
  type OptunaTrial,
  objectiveNames,
} from './optunaStudy.ts';

/** The study with this name, or the only one in the file. @throws UsageError */
export function chosenStudy(file: string, studies: readonly OptunaStudy[], name: string | undefined): OptunaStudy {
  const found = name === undefined && studies.length === 1 ? studies[0] : studies.find((study) => study.name === name);
  if (found) return found;
  if (studies.length === 0) throw new UsageError(`${file}: expected a study of Optuna, but there is none in it`);
  const names = studies.map((study) => study.name).join(', ');
  throw new UsageError(`--optuna-study: expected one of ${names}, the studies in ${file}${name === undefined ? '' : `, got ${name}`}`);
}

/** The space of a study of Optuna, which is known from its trials. @throws UsageError if there are none */
export function spaceOfOptuna(file: string, { trials }: OptunaStudy): SpaceData {
  const known = trials.filter(({ state }) => state === 'COMPLETE' || state === 'PRUNED');
  if (known.length === 0)
    throw new UsageError(
      `${file}: expected a completed trial, since the trials define the space; name a study file instead of the journal`,
    );
  const distributions = new Map<string, OptunaDistribution>();
  for (const { params } of known) {
    for (const [name, { distribution }] of Object.entries(params)) {
      const before = distributions.get(name);
      distributions.set(name, before ? joined(before, distribution) : distribution);
    }
  }
  const parameters = [...distributions].map(([name, distribution]) => {
    const when = conditionOf(name, distributions, known);
    return [name, omitUndefined({ ...dimensionOf(name, distribution), when }), when !== undefined] as const;
  });
  // A condition names an earlier parameter.
  const ordered = [...parameters.filter(([, , isLater]) => !isLater), ...parameters.filter(([, , isLater]) => isLater)];
  return { parameters: Object.fromEntries(ordered) as Dimensions };
}

/** The condition of a parameter that only some trials have: the values of a categorical parameter that tell them apart. */
function conditionOf(
  name: string,
  distributions: ReadonlyMap<string, OptunaDistribution>,
  trials: readonly OptunaTrial[],
): Readonly<Record<string, readonly Value[]>> | undefined {
  if (trials.every((trial) => has(trial, name))) return undefined;
  for (const [other, { name: kind }] of distributions) {
    if (kind !== 'CategoricalDistribution' || !trials.every((trial) => has(trial, other))) continue;
    const values = (isPresent: boolean) => {
      const found = trials.filter((trial) => has(trial, name) === isPresent).map(({ params }) => paramValue(other, params[other]!));
      return new Map(found.map((value) => [valueKey(value), value]));
    };
    const [present, absent] = [values(true), values(false)];
    if (![...present.keys()].some((key) => absent.has(key))) return { [other]: [...present.values()] };
  }
  return undefined;
}

const has = ({ params }: OptunaTrial, name: string): boolean => Object.hasOwn(params, name);

/** The objectives of a study of Optuna, for a new study. */
export const objectivesOfOptuna = (study: OptunaStudy): Readonly<Record<string, 'minimize' | 'maximize'>> =>
  Object.fromEntries(objectiveNames(study).map((name, i) => [name, study.directions[i]!]));

/** The last step that a trial of Optuna reported, counted from 1; 0 if there are no reports. */
export function stepsOf({ trials }: OptunaStudy): number {
  const steps = trials.flatMap(({ reports }) => [...reports.keys()].filter(isStep));
  return steps.reduce((most, step) => Math.max(most, step), 0) + (steps.includes(0) ? 1 : 0);
}

/** The note about the study that keeps its attributes; undefined if it has none, or too many. */
export function noteOfOptuna({ user }: OptunaStudy): string | undefined {
  const note = noteOf(user);
  return Object.keys(user).length > 0 && note.length <= LONGEST_NOTE ? note : undefined;
}

/** The trials of a study of Optuna. Objectives correspond in their order. @throws UsageError if directions differ */
export function trialsOfOptuna(file: string, { trials, directions }: OptunaStudy, { objectives }: Created): ImportedRow[] {
  const expected = objectives.map(({ direction }) => direction).join(', ');
  if (expected !== directions.join(', ')) {
    throw new UsageError(`${file}: expected a study of Optuna with the directions ${expected}, got ${directions.join(', ')}`);
  }
  const names = objectives.map(({ name }) => name);
  return trials.map((trial, number) => ({ place: `, trial ${number}`, ...readRow(trial, names) }));
}

type Row = { readonly row: ImportedTrial } | { readonly unfinished: true } | { readonly wrong: string };

function readRow(trial: OptunaTrial, names: readonly string[]): Row {
  try {
    return rowOf(trial, names);
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}

function rowOf(trial: OptunaTrial, names: readonly string[]): Row {
  const { state, params, values, user, system, reports } = trial;
  if (state === 'RUNNING' || state === 'WAITING') return { unfinished: true };
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  const takesMetrics = state === 'COMPLETE' && values.every(Number.isFinite);
  const metrics = Object.entries(user).filter((entry): entry is [string, number] => takesMetrics && isNumber(entry[1]));
  const texts = Object.entries(user).filter(([, value]) => !(takesMetrics && isNumber(value)));
  const tags = [...texts.map(([name, value]) => [name, textOf(value)] as const), [TAG, tagOf(trial)] as const].filter(
    ([, text]) => text.length <= LONGEST_TAG,
  );
  const reported =
    names.length > 1 ? [] : [...reports].filter(([step, value]) => isStep(step) && Number.isFinite(value)).sort(([a], [b]) => a - b);
  const constraints = system[CONSTRAINTS];
  return {
    row: {
      params: Object.fromEntries(Object.entries(params).map(([name, param]) => [name, paramValue(name, param)])),
      tags: Object.fromEntries(tags),
      events: [
        { type: 'started', attempt: 1, run: 'import' },
        ...reported.map(([step, value]) => ({ type: 'reported', run: 'import', step, values: { [names[0]!]: value } }) as const),
        endOf(trial, {
          values: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
          hasReport: reported.length > 0,
          metrics: metrics.length > 0 ? Object.fromEntries(metrics) : undefined,
          constraints: Array.isArray(constraints) && constraints.every(Number.isFinite) ? constraints : undefined,
        }),
      ],
    },
  };
}

interface Result {
  readonly values: Values;
  readonly hasReport: boolean;
  readonly metrics: Values | undefined;
  readonly constraints: readonly number[] | undefined;
}

function endOf(
  { state, values: found, system, start, complete }: OptunaTrial,
  { values, hasReport, metrics, constraints }: Result,
): Untold<TrialEvent> {
  const run = 'import';
  if (state === 'COMPLETE' && found.every(Number.isFinite)) {
    return omitUndefined({ type: 'completed', run, values, metrics, constraints, seconds: secondsBetween(start, complete) });
  }
  if (state === 'COMPLETE') return { type: 'failed', run, reason: 'non-finite' };
  if (state === 'PRUNED' && hasReport) return { type: 'stopped', run, by: 'Optuna' };
  const { fail_reason: message } = system;
  return omitUndefined({ type: 'failed', run, reason: 'error', message: typeof message === 'string' ? message.slice(0, 4096) : undefined });
}

/** Whether a report can be at it. */
const isStep = (step: number): boolean => Number.isInteger(step) && step >= 0;

function secondsBetween(start = '', end = ''): number | undefined {
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** What a trial of Optuna has that a trial here does not. Without the system attributes if they are too long. */
function tagOf({ start, complete, system, state }: OptunaTrial): string {
  const tag = (attributes: Attributes | undefined) =>
    JSON.stringify(omitUndefined({ state, start, complete, system: attributes }) satisfies OptunaTag);
  const whole = tag(system);
  return whole.length <= LONGEST_TAG ? whole : tag(undefined);
}
