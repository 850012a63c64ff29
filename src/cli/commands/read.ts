import { writeFile } from 'node:fs/promises';
import { spaceOf } from '../../../streams/noted.ts';
import type { Row } from '../../../streams/observe.ts';
import { verify as recompute, strategyOf } from '../../../streams/verify.ts';
import type { Params } from '../../facts/facts.ts';
import { createdIn, entriesIn, rowsIn } from '../journalFile.ts';
import { ranked } from '../render.ts';
import { table } from '../table.ts';
import { fileError } from '../usage.ts';

/** Commands that read a journal; they may be used while a study runs. */
export interface ReadOptions {
  readonly json?: boolean;
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const talk = (text: string) => process.stderr.write(`${text}\n`);

/** `hypertide best` */
export async function best(path: string, { json, number = 1 }: ReadOptions & { readonly number?: number }): Promise<number> {
  const { objectives } = await createdIn(path);
  const rows = ranked(await rowsIn(path), objectives[0]!.direction === 'maximize', objectives[0]!.name).slice(0, number);
  if (json) print(JSON.stringify(number === 1 ? (rows[0] ?? null) : rows));
  else if (rows.length > 0) print(table(rows));
  else talk('no trial is completed yet');
  return rows.length > 0 ? 0 : 1;
}

/** `hypertide trials` */
export async function listTrials(path: string, { json, status }: ReadOptions & { readonly status?: string }): Promise<number> {
  await createdIn(path);
  const rows = (await rowsIn(path)).filter((row) => status === undefined || row.status === status);
  if (json) print(JSON.stringify(rows));
  else if (rows.length > 0) print(table(rows));
  else talk(status === undefined ? 'no trial has ended yet' : `no trial is ${status}`);
  return 0;
}

export interface ExportOptions {
  readonly format?: 'jsonl' | 'json' | 'csv';
  readonly output?: string;
}

/** `hypertide export` */
export async function exportTrials(path: string, { format = 'jsonl', output }: ExportOptions): Promise<number> {
  await createdIn(path);
  const rows = await rowsIn(path);
  const text =
    format === 'csv'
      ? csv(rows)
      : format === 'json'
        ? `${JSON.stringify(rows, null, 2)}\n`
        : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (output === undefined) process.stdout.write(text);
  else
    await writeFile(output, text).catch((cause) => {
      throw fileError(output, 'cannot be written', cause);
    });
  return 0;
}

/** A column for each parameter (`params.lr`), tag, value (`values.loss`) and metric, as RFC 4180 has it. */
function csv(rows: readonly Row<Params>[]): string {
  const flat = rows.map(({ params, tags = {}, values = {}, metrics = {}, ...rest }) => ({
    ...rest,
    ...prefixed('params', params),
    ...prefixed('tags', tags),
    ...prefixed('values', values),
    ...prefixed('metrics', metrics),
  }));
  const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly unknown[]) => `${cells.map(cell).join(',')}\r\n`;
  return line(columns) + flat.map((row) => line(columns.map((column) => (row as Record<string, unknown>)[column]))).join('');
}

const prefixed = (prefix: string, record: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));

function cell(value: unknown): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `hypertide verify` */
export async function verify(path: string, { json }: ReadOptions): Promise<number> {
  const created = await createdIn(path);
  const { recomputed, differs } = await recompute(spaceOf(created), strategyOf(created), () => entriesIn(path));
  if (json) print(JSON.stringify({ recomputed, ...(differs && { differs }) }));
  else if (differs) {
    print(`${path}:${differs.position}: the suggestion differs from what follows from the log before it`);
    print(`  logged:     ${JSON.stringify(differs.logged)}`);
    print(`  recomputed: ${JSON.stringify(differs.recomputed)}`);
  } else print(`${recomputed} suggestions recomputed, all equal`);
  return differs ? 1 : 0;
}
