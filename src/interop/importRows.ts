import { parse } from 'csv-parse/sync';
import type { Completed, Created, Params, Values } from '../facts/facts.ts';
import { delimiterOf } from '../programs/metricRows.ts';
import { isRecord } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { SpaceData } from '../space/schema.ts';
import { parseNumber, parseValue } from '../space/types/dimension.ts';
import { cellText } from '../study/csv.ts';

/** A trial that was finished elsewhere, and has no number yet. */
export interface ImportedTrial {
  readonly params: Params;
  readonly budget?: number;
  readonly completed: Omit<Completed, 'trial'>;
}

/** A line of imported data: a finished trial, a trial without a result, or the error in it. */
export type ImportedRow = { readonly line: number } & Read;

/** Trials from JSON lines: `{"params":{"lr":0.1},"values":{"loss":0.3}}`, or `"value":0.3` of the first objective. */
export function readLines(text: string, { objectives }: Created): ImportedRow[] {
  const readings: ImportedRow[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      readings.push({ line: i + 1, ...rowOf(JSON.parse(line), objectives[0]!.name) });
    } catch (error) {
      readings.push({ line: i + 1, wrong: (error as Error).message });
    }
  }
  return readings;
}

/**
 * Trials from a table with a header row and commas, semicolons or tabs (RFC 4180). A column is a parameter or an objective by its name alone, or as `params.lr`,
 * `values.loss`, `metrics.accuracy`; `value` is the first objective. Other columns are ignored.
 */
export function readTable(text: string, { objectives, space }: Created): ImportedRow[] {
  const { parameters } = space as SpaceData;
  const readings: ImportedRow[] = [];
  const columns = (head: string[]) =>
    head.map((name) =>
      placeOf(
        cellText(name.trim()),
        Object.keys(parameters),
        objectives.map((objective) => objective.name),
      ),
    );
  const records = parse(text, {
    columns,
    bom: true,
    delimiter: delimiterOf(text),
    info: true,
    skip_empty_lines: true,
    trim: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      readings.push({ line: (error as { lines?: number } | undefined)?.lines ?? 0, wrong: error?.message ?? 'cannot be read' });
      return undefined;
    },
  }) as unknown as { record: Readonly<Record<string, string>>; info: { lines: number } }[];
  for (const { record, info } of records) {
    const group = (name: string, read: (key: string, cell: string) => unknown) =>
      Object.fromEntries(
        Object.entries(record)
          .filter(([column, cell]) => column.startsWith(`${name}.`) && cell !== '')
          .map(([column, cell]) => [column.slice(name.length + 1), read(column.slice(name.length + 1), cellText(cell))]),
      );
    const number = (_: string, cell: string) => parseNumber(cell);
    const { status, constraints, seconds, budget } = record;
    const data = omitUndefined({
      params: group('params', (name, cell) => parseValue(parameters[name], cell)),
      values: group('values', number),
      metrics: group('metrics', number),
      status: status || undefined,
      constraints: constraints
        ? constraints
            .replace(/^\[|\]$/g, '')
            .split(',')
            .map(Number)
        : undefined,
      seconds: seconds ? Number(seconds) : undefined,
      budget: budget ? Number(budget) : undefined,
    });
    readings.push({ line: info.lines, ...rowOf(data, objectives[0]!.name) });
  }
  return readings.sort((a, b) => a.line - b.line);
}

/** The full name of a column. */
function placeOf(name: string, parameters: readonly string[], objectives: readonly string[]): string {
  if (parameters.includes(name)) return `params.${name}`;
  if (objectives.includes(name)) return `values.${name}`;
  return name === 'value' ? `values.${objectives[0]}` : name;
}

type Read = { readonly row: ImportedTrial } | { readonly unfinished: true } | { readonly wrong: string };

function rowOf(data: unknown, objective: string): Read {
  if (!isRecord(data) || !isRecord(data.params)) return { wrong: 'expected an object with params and values' };
  const { params, value, status = 'completed', metrics, constraints, seconds, budget } = data;
  const values = isRecord(data.values) ? data.values : value === undefined ? undefined : { [objective]: value };
  if (status !== 'completed') return { unfinished: true };
  if (values === undefined || Object.keys(values).length === 0) return { wrong: `expected a value of ${objective}` };
  for (const [name, number] of Object.entries(values)) {
    if (!Number.isFinite(number)) return { wrong: `values.${name}: expected a finite number, got ${JSON.stringify(number)}` };
  }
  if (constraints !== undefined && !(Array.isArray(constraints) && constraints.every(Number.isFinite)))
    return { wrong: `constraints: expected finite numbers, got ${JSON.stringify(constraints)}` };
  const completed = omitUndefined({
    type: 'completed',
    run: 'import',
    values: values as Values,
    metrics: isRecord(metrics) && Object.keys(metrics).length > 0 ? (metrics as Values) : undefined,
    constraints,
    seconds: typeof seconds === 'number' ? seconds : undefined,
  }) satisfies ImportedTrial['completed'];
  return { row: omitUndefined({ params, budget: typeof budget === 'number' ? budget : undefined, completed }) };
}
