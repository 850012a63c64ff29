import initSqlJs, { type Cell, type Database } from 'sql.js/dist/sql-wasm-inline.js';
import { grouped } from '../../numeric/grouped.ts';
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
} from './optunaStudy.ts';

type Row = Readonly<Record<string, Cell>>;

/** The studies in a SQLite database of Optuna (`RDBStorage`). @throws UsageError if it is another database */
export async function readOptunaDatabase(file: string, data: Uint8Array): Promise<OptunaStudy[]> {
  const { Database } = await initSqlJs();
  const database = new Database(data);
  try {
    return studiesIn(database);
  } catch (cause) {
    throw new UsageError(`${file}: expected a database of Optuna 3 or later (${(cause as Error).message})`);
  } finally {
    database.close();
  }
}

function studiesIn(database: Database): OptunaStudy[] {
  const rows = (table: string, order: string): Row[] => {
    const [result] = database.exec(`SELECT * FROM ${table} ORDER BY ${order}`);
    return (result?.values ?? []).map((cells) => Object.fromEntries(result!.columns.map((column, i) => [column, cells[i]!])));
  };
  const by = (key: string, table: string, order: string) => grouped(rows(table, order), (row) => row[key]!);
  const directions = by('study_id', 'study_directions', 'objective');
  const userOf = by('study_id', 'study_user_attributes', 'study_user_attribute_id');
  const systemOf = by('study_id', 'study_system_attributes', 'study_system_attribute_id');
  const trials = by('study_id', 'trials', 'trial_id');
  const parts = {
    params: by('trial_id', 'trial_params', 'param_id'),
    values: by('trial_id', 'trial_values', 'objective'),
    reports: by('trial_id', 'trial_intermediate_values', 'step'),
    user: by('trial_id', 'trial_user_attributes', 'trial_user_attribute_id'),
    system: by('trial_id', 'trial_system_attributes', 'trial_system_attribute_id'),
  };
  const trialOf = ({ trial_id, state, datetime_start, datetime_complete }: Row): OptunaTrial => {
    const of = (part: keyof typeof parts) => parts[part].get(trial_id!) ?? [];
    return {
      state: state as OptunaState,
      params: Object.fromEntries(of('params').map((row) => [row.param_name, paramOf(row)])),
      values: of('values').map(({ value, value_type }) => numberOf(value, value_type)),
      user: attributesOf(of('user')),
      system: attributesOf(of('system')),
      reports: new Map(
        of('reports').map(({ step, intermediate_value: value, intermediate_value_type: type }) => [Number(step), numberOf(value, type)]),
      ),
      start: timeOf(datetime_start),
      complete: timeOf(datetime_complete),
    };
  };
  return rows('studies', 'study_id').map(({ study_id, study_name }) => ({
    name: String(study_name),
    directions: (directions.get(study_id!) ?? []).map(({ direction }) => String(direction).toLowerCase() as OptunaDirection),
    user: attributesOf(userOf.get(study_id!) ?? []),
    system: attributesOf(systemOf.get(study_id!) ?? []),
    trials: (trials.get(study_id!) ?? []).map(trialOf),
  }));
}

const paramOf = ({ param_value, distribution_json }: Row): OptunaParam => ({
  internal: numberOf(param_value, undefined),
  distribution: parseDistribution(distribution_json),
});

const attributesOf = (rows: readonly Row[]): Attributes =>
  Object.fromEntries(rows.map(({ key, value_json }) => [key, parsePythonJson(String(value_json))]));

/** SQLite has no NaN and no infinity, so Optuna stores a type with each number, and NULL for the value. */
const SPECIAL: Readonly<Record<string, number>> = {
  INF_POS: Number.POSITIVE_INFINITY,
  INF_NEG: Number.NEGATIVE_INFINITY,
  NAN: Number.NaN,
};
const numberOf = (value: Cell | undefined, type: Cell | undefined): number =>
  SPECIAL[String(type)] ?? (value === null ? Number.NaN : Number(value));

const timeOf = (value: Cell | undefined): string | undefined => (typeof value === 'string' ? value.replace(' ', 'T') : undefined);

/** The tables of Optuna 3.2 to 4, which write this version of them. */
const TABLES = `
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256),
  PRIMARY KEY (version_info_id), CHECK (version_info_id=1));
CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL,
  objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective),
  FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, datetime_start DATETIME,
  datetime_complete DATETIME, PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT,
  PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT,
  value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, step INTEGER NOT NULL,
  intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_intermediate_value_id),
  UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL,
  PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
INSERT INTO alembic_version VALUES ('v3.2.0.a');
INSERT INTO version_info VALUES (1, 12, '4.1.0');
`;

/** A study as a SQLite database of Optuna. */
export async function optunaDatabaseOf({ name, directions, user, system, trials }: OptunaStudy): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const database = new Database();
  try {
    database.exec(TABLES);
    database.exec('BEGIN');
    /** Adds a row; its key is counted by SQLite. */
    const add = (table: string, ...cells: readonly Cell[]) =>
      database.run(`INSERT INTO ${table} VALUES (NULL${', ?'.repeat(cells.length)})`, cells);
    const study = 1;
    add('studies', name);
    for (const [i, way] of directions.entries()) add('study_directions', way.toUpperCase(), study, i);
    for (const [key, value] of Object.entries(user)) add('study_user_attributes', study, key, JSON.stringify(value));
    for (const [key, value] of Object.entries(system)) add('study_system_attributes', study, key, JSON.stringify(value));
    for (const [i, trial] of trials.entries()) {
      const id = i + 1;
      add('trials', i, study, trial.state, timeCell(trial.start), timeCell(trial.complete));
      for (const [key, { internal, distribution }] of Object.entries(trial.params))
        add('trial_params', id, key, internal, JSON.stringify(distribution));
      for (const [k, value] of trial.values.entries()) add('trial_values', id, k, value, 'FINITE');
      for (const [step, value] of trial.reports) add('trial_intermediate_values', id, step, value, 'FINITE');
      for (const [key, value] of Object.entries(trial.user)) add('trial_user_attributes', id, key, JSON.stringify(value));
      for (const [key, value] of Object.entries(trial.system)) add('trial_system_attributes', id, key, JSON.stringify(value));
    }
    database.exec('COMMIT');
    return database.export();
  } finally {
    database.close();
  }
}

/** SQLAlchemy expects six digits of a second. */
const timeCell = (time: string | undefined): Cell => time?.replace('T', ' ') ?? null;
