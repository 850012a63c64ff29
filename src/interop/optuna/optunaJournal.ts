import { isRecord } from '../../schema/json.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { UsageError } from '../../text/usage.ts';
import {
  type Attributes,
  type OptunaDirection,
  type OptunaParam,
  type OptunaState,
  type OptunaStudy,
  type OptunaTrial,
  parseDistribution,
  parsePythonJson,
  STATES,
} from './optunaStudy.ts';

/** The operations of a journal of Optuna (`JournalOperation`). */
const OPERATIONS = {
  createStudy: 0,
  deleteStudy: 1,
  studyUser: 2,
  studySystem: 3,
  createTrial: 4,
  param: 5,
  state: 6,
  report: 7,
  trialUser: 8,
  trialSystem: 9,
} as const;

/** Optuna's numbers of directions; 0 is none. */
const DIRECTIONS: readonly (OptunaDirection | undefined)[] = [undefined, 'minimize', 'maximize'];

type Line = Readonly<Record<string, unknown>>;

/** Whether a text is a journal of Optuna: its first line is an operation. */
export const isOptunaJournal = (text: string): boolean => /^\s*\{[^\n]*"op_code":\s*\d/.test(text);

type Draft<T> = { -readonly [K in keyof T]: T[K] };
interface DraftStudy extends Draft<Omit<OptunaStudy, 'trials'>> {
  readonly trials: Draft<OptunaTrial>[];
}

/**
 * The studies in a journal of Optuna (`JournalStorage`). Lines that are not JSON, such as a last one that is cut, are skipped.
 *
 * @throws UsageError if a line is not what Optuna writes
 */
export function readOptunaJournal(file: string, text: string): OptunaStudy[] {
  const studies: (DraftStudy | undefined)[] = [];
  const trials: Draft<OptunaTrial>[] = [];
  for (const [i, data] of text.split('\n').entries()) {
    const line = lineOf(data);
    if (line === undefined) continue;
    try {
      apply(line, studies, trials);
    } catch (cause) {
      throw new UsageError(`${file}:${i + 1}: expected a line of Optuna's journal (${(cause as Error).message})`);
    }
  }
  return studies.filter((study) => study !== undefined);
}

function apply(line: Line, studies: (DraftStudy | undefined)[], trials: Draft<OptunaTrial>[]): void {
  const code = line.op_code;
  if (code === OPERATIONS.createStudy) {
    if (!Array.isArray(line.directions)) throw new Error(`expected directions, got ${JSON.stringify(line.directions)}`);
    const directions = line.directions.map((way) => DIRECTIONS[way] ?? 'minimize');
    studies.push({ name: String(line.study_name), directions, user: {}, system: {}, trials: [] });
  } else if (code === OPERATIONS.createTrial) {
    const trial = templateOf(line);
    trials.push(trial);
    studies[Number(line.study_id)]?.trials.push(trial);
  } else if (code === OPERATIONS.deleteStudy) studies[Number(line.study_id)] = undefined;
  else if (code === OPERATIONS.studyUser || code === OPERATIONS.studySystem) changeStudy(studies[Number(line.study_id)], line);
  else changeTrial(trials[Number(line.trial_id)], line);
}

function lineOf(text: string): Line | undefined {
  try {
    const data = parsePythonJson(text);
    return isRecord(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function changeStudy(study: DraftStudy | undefined, { user_attr: user, system_attr: system }: Line): void {
  if (study === undefined) return;
  study.user = { ...study.user, ...(user as Attributes | undefined) };
  study.system = { ...study.system, ...(system as Attributes | undefined) };
}

function changeTrial(trial: Draft<OptunaTrial> | undefined, line: Line): void {
  // Optuna ignores what is written about a trial that has ended.
  if (trial === undefined || !isOpen(trial.state)) return;
  switch (line.op_code) {
    case OPERATIONS.param:
      trial.params = {
        ...trial.params,
        [String(line.param_name)]: { internal: numberOf(line.param_value_internal), distribution: parseDistribution(line.distribution) },
      };
      break;
    case OPERATIONS.state:
      trial.state = stateOf(line.state);
      if (Array.isArray(line.values)) trial.values = line.values.map(numberOf);
      trial.start = timeOf(line.datetime_start) ?? trial.start;
      trial.complete = timeOf(line.datetime_complete) ?? trial.complete;
      break;
    case OPERATIONS.report:
      trial.reports = new Map(trial.reports).set(Number(line.step), numberOf(line.intermediate_value));
      break;
    case OPERATIONS.trialUser:
      trial.user = { ...trial.user, ...(line.user_attr as Attributes) };
      break;
    case OPERATIONS.trialSystem:
      trial.system = { ...trial.system, ...(line.system_attr as Attributes) };
      break;
  }
}

const isOpen = (state: OptunaState): boolean => state === 'RUNNING' || state === 'WAITING';

/** @throws Error that says what was expected */
function stateOf(number: unknown): OptunaState {
  const state = STATES[Number(number)];
  if (state === undefined) throw new Error(`expected a state from 0 to 4, got ${JSON.stringify(number)}`);
  return state;
}

/** A new trial, with all that the line says about it. */
function templateOf(line: Line): Draft<OptunaTrial> {
  const { state = 0, value, values, distributions = {}, params = {}, user_attrs: user = {}, system_attrs: system = {} } = line;
  const found: Record<string, OptunaParam> = {};
  for (const [name, internal] of Object.entries(params as Attributes))
    found[name] = { internal: numberOf(internal), distribution: parseDistribution((distributions as Attributes)[name]) };
  const several = Array.isArray(values) ? values : value === null || value === undefined ? [] : [value];
  return {
    state: stateOf(state),
    params: found,
    values: several.map(numberOf),
    user: user as Attributes,
    system: system as Attributes,
    reports: new Map(
      Object.entries((line.intermediate_values ?? {}) as Attributes).map(([step, reported]) => [Number(step), numberOf(reported)]),
    ),
    start: timeOf(line.datetime_start),
    complete: timeOf(line.datetime_complete),
  };
}

const numberOf = (value: unknown): number => (value === null ? Number.NaN : Number(value));
const timeOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A study as a journal of Optuna. */
export function optunaJournalOf({ name, directions, user, system, trials }: OptunaStudy): string {
  const study_id = 0;
  const lines: object[] = [
    { op_code: OPERATIONS.createStudy, study_name: name, directions: directions.map((way) => DIRECTIONS.indexOf(way)) },
    ...Object.entries(user).map(([key, value]) => ({ op_code: OPERATIONS.studyUser, study_id, user_attr: { [key]: value } })),
    ...Object.entries(system).map(([key, value]) => ({ op_code: OPERATIONS.studySystem, study_id, system_attr: { [key]: value } })),
    ...trials.map((trial) => ({ op_code: OPERATIONS.createTrial, study_id, ...createdFrom(trial) })),
  ];
  return lines.map((line) => `${JSON.stringify({ worker_id: 'hypertide', ...line })}\n`).join('');
}

function createdFrom({ state, params, values, user, system, reports, start, complete }: OptunaTrial): object {
  const each = <T>(of: (param: OptunaParam) => T) => Object.fromEntries(Object.entries(params).map(([name, param]) => [name, of(param)]));
  return omitUndefined({
    datetime_start: start ?? null,
    datetime_complete: complete,
    state: STATES.indexOf(state),
    value: values.length === 1 ? values[0]! : null,
    values: values.length > 1 ? values : null,
    distributions: each(({ distribution }) => JSON.stringify(distribution)),
    params: each(({ internal }) => internal),
    user_attrs: user,
    system_attrs: system,
    intermediate_values: Object.fromEntries(reports),
  });
}
