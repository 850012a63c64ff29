import { csvLine } from '../../../study/csv.ts';
import type { CommandStudy } from '../../sources/study.ts';
import { type ListedTrial, trialsIn } from '../../sources/trialTable.ts';
import { writeOutput } from '../../terminal/output.ts';

interface ExportOptions {
  readonly format?: 'jsonl' | 'json' | 'csv';
  readonly output?: string;
}

/** `hypertide export` */
export async function exportTrials(study: CommandStudy, { format = 'jsonl', output }: ExportOptions): Promise<number> {
  const rows = await trialsIn(study);
  const text =
    format === 'csv'
      ? csv(rows)
      : format === 'json'
        ? `${JSON.stringify(rows, null, 2)}\n`
        : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (output === undefined) process.stdout.write(text);
  else await writeOutput(output, text);
  return 0;
}

/** A column for each parameter (`params.lr`), value (`values.loss`) and metric, as in RFC 4180. Other values with parts are written as JSON. */
function csv(rows: readonly ListedTrial[]): string {
  const flat = rows.map(({ params, values = {}, metrics = {}, ...rest }) => ({
    ...rest,
    ...prefixed('params', params),
    ...prefixed('values', values),
    ...prefixed('metrics', metrics),
  }));
  const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  return csvLine(columns) + flat.map((row) => csvLine(columns.map((column) => (row as Record<string, unknown>)[column]))).join('');
}

const prefixed = (prefix: string, record: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));
