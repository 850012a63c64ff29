import { isRecord } from '../../schema/json.ts';

/** The numbers of Optuna's states of trials in its journals. */
export const STATES = ['RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING'] as const;
export type OptunaState = (typeof STATES)[number];

export type OptunaDirection = 'minimize' | 'maximize';

/** Attributes of a study or a trial; their values are any JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A distribution of Optuna as in its storages, such as `{ name: 'FloatDistribution', attributes: { low, high, log, step } }`. */
export interface OptunaDistribution {
  readonly name: string;
  readonly attributes: Attributes;
}

/** A parameter of a trial. */
export interface OptunaParam {
  /** The number that stands for the value: of a categorical distribution, its index. */
  readonly internal: number;
  readonly distribution: OptunaDistribution;
}

/** A trial as Optuna's storages have it. */
export interface OptunaTrial {
  readonly state: OptunaState;
  readonly params: Readonly<Record<string, OptunaParam>>;
  /** One for each objective; of a `PRUNED` trial, at most what it reported last. */
  readonly values: readonly number[];
  readonly user: Attributes;
  readonly system: Attributes;
  /** What it reported, by step. Not all of it needs to be finite. */
  readonly reports: ReadonlyMap<number, number>;
  /** Local times without a zone, such as `2026-11-27T16:30:05.159566`. */
  readonly start?: string | undefined;
  readonly complete?: string | undefined;
}

/** A study as Optuna's storages have it. Its trials are in the order of their numbers. */
export interface OptunaStudy {
  readonly name: string;
  readonly directions: readonly OptunaDirection[];
  readonly user: Attributes;
  readonly system: Attributes;
  readonly trials: readonly OptunaTrial[];
}

/** The system attribute that holds the names of the objectives. */
export const METRIC_NAMES = 'study:metric_names';

/** The system attribute that holds outcome constraints. */
export const CONSTRAINTS = 'constraints';

/** JSON as Python writes and reads it, with NaN and infinite numbers. NaN is read as null. */
export const parsePythonJson = (text: string): unknown => JSON.parse(text.replace(NUMBERS, (found) => READ[found] ?? found));
const NUMBERS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;
const READ: Readonly<Record<string, string>> = { NaN: 'null', Infinity: '1e999', '-Infinity': '-1e999' };

/** A distribution in a storage. @throws Error that says what was expected */
export function parseDistribution(text: unknown): OptunaDistribution {
  const data = parsePythonJson(String(text));
  const { name, attributes } = isRecord(data) ? data : {};
  if (typeof name !== 'string' || !isRecord(attributes)) throw new Error(`expected a distribution, got ${JSON.stringify(text)}`);
  const { choices, low, high } = attributes;
  if (name === 'CategoricalDistribution' ? !Array.isArray(choices) : typeof low !== 'number' || typeof high !== 'number')
    throw new Error(`expected the choices or the bounds of a distribution, got ${JSON.stringify(text)}`);
  return { name, attributes };
}

/** The names of the objectives of a study: its metric names or, without them, `value` or `value_0`, `value_1`, ... */
export function objectiveNames({ directions, system }: OptunaStudy): readonly string[] {
  const names = system[METRIC_NAMES];
  if (Array.isArray(names) && names.length === directions.length) return names.map(String);
  return directions.length === 1 ? ['value'] : directions.map((_, i) => `value_${i}`);
}

/** What each SQLite database begins with. */
const MAGIC = 'SQLite format 3\0';

export const isDatabase = (data: Buffer): boolean => data.toString('latin1', 0, MAGIC.length) === MAGIC;
