import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { SpaceData } from '../space/schema.ts';
import { type CsvOptions, csvLine } from './csv.ts';
import { trialRowSchema } from './trialRowSchema.ts';
import type { TrialRow } from './trials.ts';

/** The type of a column. `time` is milliseconds since 1970, `data` any structured value. */
export type CellType = 'integer' | 'number' | 'text' | 'boolean' | 'time' | 'data';

export interface Column {
  readonly name: string;
  readonly type: CellType;
  /** A value for each row; undefined if the row has none. */
  readonly cells: readonly unknown[];
}

/** A table for spreadsheets, data frames and databases, column by column. */
export type Table = readonly Column[];

/** Fields that contain values by name, which have a column for each name, such as `params.lr`. */
const GROUPS = ['params', 'values', 'metrics', 'tags'] as const;

/** The fields of rows that are milliseconds since 1970. */
const TIMES = ['at', 'suggestedAt', 'startedAt', 'claimedAt', 'reportedAt', 'endedAt'];

/**
 * The trials of a study as a table: fields of rows in order, then a column for each parameter, value, metric and tag.
 *
 * @param space of the study, as in its log, with the types of parameters.
 */
export const trialTable = (rows: readonly TrialRow[], { parameters }: SpaceData): Table =>
  tableOf(rows, Object.keys((trialRowSchema as { properties: object }).properties), (name) => parameters[name]?.type);

/** The reports of all trials as a table, in the order of the log. Reports that do not count are left out. */
export const reportTable = (entries: Iterable<AppliedEntry>): Table => {
  const rows: object[] = [];
  for (const { effect, fact, event, position, at, author } of entries) {
    if (effect !== 'reported') continue;
    const { trial, values, metrics } = fact;
    rows.push({ trial, step: event.step, position, at, trainer: author, values, metrics });
  }
  return tableOf(rows, ['trial', 'step', 'position', 'at', 'trainer'], () => undefined);
};

/** A table with every column that any row has. @param typeOf the type of a parameter in the space */
function tableOf(rows: readonly object[], order: readonly string[], typeOf: (parameter: string) => string | undefined): Table {
  const flat = rows.map(flattened);
  const names = new Set(flat.flatMap((row) => Object.keys(row)));
  const own = order.filter((name) => names.delete(name));
  const grouped = GROUPS.flatMap((group) => [...names].filter((name) => name.startsWith(`${group}.`)));
  const others = [...names].filter((name) => !name.includes('.'));
  return [...own, ...others, ...grouped].map((name) => {
    const cells = flat.map((row) => row[name]);
    return { name, cells, type: cellType(name, cells, typeOf) };
  });
}

function flattened(row: object): Readonly<Record<string, unknown>> {
  const cells: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === undefined) continue;
    if (GROUPS.some((group) => group === name)) for (const part in value) cells[`${name}.${part}`] = value[part];
    else cells[name] = value;
  }
  return cells;
}

function cellType(name: string, cells: readonly unknown[], typeOf: (parameter: string) => string | undefined): CellType {
  if (TIMES.includes(name)) return 'time';
  const [group] = name.split('.', 1);
  if (group === 'values' || group === 'metrics' || name === 'budget' || name === 'seconds') return 'number';
  if (group === 'params' && typeOf(name.slice('params.'.length)) === 'float') return 'number'; // 1 is a float there too
  const known = cells.filter((cell) => cell !== undefined);
  if (known.every(Number.isSafeInteger)) return 'integer';
  for (const type of ['number', 'boolean'] as const) if (known.every((cell) => typeof cell === type)) return type;
  return known.every((cell) => typeof cell === 'string') ? 'text' : 'data';
}

/** A table as CSV (RFC 4180). Times are ISO 8601, structured values are JSON. */
export function tableCsv(table: Table, options?: CsvOptions): string {
  const length = table[0]?.cells.length ?? 0;
  const row = (i: number) => table.map(({ type, cells }) => (type === 'time' ? isoTime(cells[i]) : cells[i]));
  const head = table.map(({ name }) => name);
  return [head, ...Array.from({ length }, (_, i) => row(i))].map((cells) => csvLine(cells, options)).join('');
}

const isoTime = (at: unknown): string | undefined => (at === undefined ? undefined : new Date(Number(at)).toISOString());
