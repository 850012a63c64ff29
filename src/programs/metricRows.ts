import { parse } from 'csv-parse/sync';
import { stepRank } from '../text/names.ts';
import { numberOrText, numbersIn, RESERVED, statementOf } from './structuredLine.ts';

/** A row of a file of metrics. */
export interface MetricRow {
  /** The row as a JSON line, as a program could print it. */
  readonly line: string;
  /** More rows of the same step may follow. */
  readonly unfinished: boolean;
}

/**
 * The rows of a file of metrics: a JSON object, JSON lines, or a table with a header row and commas, semicolons or tabs. An incomplete last line is
 * left out.
 *
 * @example
 * metricRows('epoch,loss\n1,0.5\n2,0.4\n'); // the lines {"epoch":1,"values":{"loss":0.5}} and {"epoch":2,"values":{"loss":0.4}}
 */
export function metricRows(text: string): MetricRow[] {
  const whole = text.replace(/^\ufeff/, '').trim();
  if (whole.startsWith('[')) return [];
  if (!whole.startsWith('{')) return tableRows(text.slice(0, text.lastIndexOf('\n') + 1));
  return jsonRows(statementOf(whole) ? whole.replaceAll('\n', ' ') : whole);
}

/** The rows of JSON lines. Other lines are left out. */
export const jsonRows = (text: string): MetricRow[] =>
  text.split('\n').flatMap((line) => {
    const data = statementOf(line.trim())?.data;
    return data ? [{ line: lineOf(data), unfinished: false }] : [];
  });

/** Steps and known fields stay as they are. All other numbers are values; a number that is not an objective is kept as a metric. */
function lineOf({ values, ...data }: Readonly<Record<string, unknown>>): string {
  const own = Object.entries(data).filter(([name]) => RESERVED.has(name) || stepRank(name) !== undefined);
  const others = { ...data, values, metrics: undefined, ...Object.fromEntries(own.map(([name]) => [name, undefined])) };
  const row = { ...Object.fromEntries(own), values: Object.fromEntries(numbersIn({ form: 'json', data: others })) };
  return JSON.stringify(row, (_, value) => (typeof value !== 'number' || Number.isFinite(value) ? value : 'NaN')).replaceAll(
    '"NaN"',
    'NaN',
  );
}

/**
 * The rows of a table with a header row. Of several columns with steps, such as `epoch` and `step` of Lightning, the coarsest counts.
 */
export function tableRows(text: string): MetricRow[] {
  const records: Record<string, string>[] = parse(text, {
    bom: true,
    columns: (head: string[]) => head.map((name) => (/^value$/i.test(name) ? 'value' : name)), // TensorBoard writes "Wall time,Step,Value"
    delimiter: delimiterOf(text),
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
  });
  return records.map((record) => {
    const fields = Object.entries(record).flatMap(([name, cell]) => {
      const value = name === 'example' ? cell : numberOrText(cell);
      return value === null || (typeof value === 'string' && name !== 'example') ? [] : [[name, value] as const];
    });
    const steps = fields.flatMap(([name]) => (stepRank(name) === undefined ? [] : [name]));
    const [, ...finer] = steps.sort((a, b) => stepRank(a)! - stepRank(b)!);
    return { line: lineOf(Object.fromEntries(fields.filter(([name]) => !finer.includes(name)))), unfinished: finer.length > 0 };
  });
}

/** The sign between the columns of a table, by its header row: a decimal comma may be in the rows below. */
export function delimiterOf(table: string): string {
  const [head = ''] = table.split('\n', 1);
  return [';', '\t'].find((sign) => head.includes(sign)) ?? ',';
}
