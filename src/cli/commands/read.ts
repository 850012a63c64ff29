import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { strategyOf } from '../../../streams/engine/replay.ts';
import { verify as recompute } from '../../../streams/engine/verify.ts';
import type { Values } from '../../facts/facts.ts';
import type { SpaceData } from '../../space/schema.ts';
import { bestFirst } from '../../study/trials.ts';
import { version as current } from '../../version.ts';
import { put, talk } from '../journalFile.ts';
import type { Study } from '../study.ts';
import { shown as cellText, table } from '../table.ts';
import { frontIn, type ListedTrial, readThrough, trialsIn } from '../trialTable.ts';
import { UsageError } from '../usage.ts';

/** Commands that read a study; they may be used while it runs. */
export interface ReadOptions {
  readonly json?: boolean;
}

const print = (text: string) => process.stdout.write(`${text}\n`);

export interface BestOptions extends ReadOptions {
  readonly number?: number;
  /** name=value of each objective: where the hypervolume is measured from. */
  readonly reference?: readonly string[];
}

/** `hypertide best` */
export async function best(study: Study, { json, number, reference }: BestOptions): Promise<number> {
  const { objectives } = study.created;
  if (objectives.length > 1)
    return bestOfSeveral(study, { ...(json && { json }), ...(number && { number }), ...(reference && { reference }) });
  const count = number ?? 1;
  const all = await trialsIn(study);
  const rows = bestFirst(all, objectives[0]!).slice(0, count);
  if (json) print(JSON.stringify(count === 1 ? (rows[0] ?? null) : rows));
  else print(rows.length > 0 ? table(rows) : withoutBest(all));
  return rows.length > 0 ? 0 : 1;
}

const withoutBest = (rows: readonly ListedTrial[]): string =>
  rows.some(({ status }) => status === 'completed') ? 'every completed trial violates a constraint' : 'no trial is completed yet';

/** With several objectives, the best are the front. */
async function bestOfSeveral(study: Study, { json, number, reference }: BestOptions): Promise<number> {
  const front = await frontIn(study, reference ? { reference: valuesOf(reference) } : {});
  if (json) print(JSON.stringify(front ? { ...front, rows: front.rows.slice(0, number) } : null));
  else if (front === undefined) print(withoutBest(await trialsIn(study)));
  else {
    print(table(front.rows.slice(0, number)));
    const from = Object.entries(front.reference).map(([name, value]) => `${name} ${cellText(value)}`);
    talk(`hypervolume ${cellText(front.hypervolume)}, from ${from.join(', ')}${reference ? '' : ' (the worst so far)'}`);
  }
  return front ? 0 : 1;
}

/** @throws UsageError */
function valuesOf(words: readonly string[]): Values {
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', text = '', ...more] = word.split('=');
      if (name === '' || text.trim() === '' || more.length > 0 || !Number.isFinite(Number(text)))
        throw new UsageError(`--reference ${word}: expected name=number`);
      return [name, Number(text)];
    }),
  );
}

/** `hypertide trials` */
export async function listTrials(study: Study, { json, status }: ReadOptions & { readonly status?: string }): Promise<number> {
  const rows = (await trialsIn(study)).filter((row) => status === undefined || row.status === status);
  print(json ? JSON.stringify(rows) : rows.length > 0 ? table(rows) : 'there is no trial yet');
  return 0;
}

export interface ExportOptions {
  readonly format?: 'jsonl' | 'json' | 'csv';
  readonly output?: string;
}

/** `hypertide export` */
export async function exportTrials(study: Study, { format = 'jsonl', output }: ExportOptions): Promise<number> {
  const rows = await trialsIn(study);
  const text =
    format === 'csv'
      ? csv(rows)
      : format === 'json'
        ? `${JSON.stringify(rows, null, 2)}\n`
        : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (output === undefined) process.stdout.write(text);
  else await put(output, text);
  return 0;
}

/** A column for each parameter (`params.lr`), value (`values.loss`) and metric, as RFC 4180 has it; what else has parts, as JSON. */
function csv(rows: readonly ListedTrial[]): string {
  const flat = rows.map(({ params, values = {}, metrics = {}, ...rest }) => ({
    ...rest,
    ...prefixed('params', params),
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
  const text = value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `hypertide verify` */
export async function verify(study: Study, { json }: ReadOptions): Promise<number> {
  await readThrough(study);
  const { recomputed, others = [], differs } = await recompute(spaceIn(study), strategyIn(study), () => study.past(1));
  if (json) print(JSON.stringify({ recomputed, ...(others.length > 0 && { others }), ...(differs && { differs }) }));
  else if (differs) {
    const { position, field, logged, recomputed: made } = differs;
    print(
      `${study.place}:${position}: ${field} is ${shown(logged)} in the log, but ${shown(made)} recomputed; the ${recomputed} suggestions before it are equal`,
    );
  } else print(`${recomputed} suggestions recomputed, all equal`);
  if (!json)
    for (const { suggestions, version, decisions } of others)
      print(
        `${suggestions} suggestions were not recomputed: ${version === undefined ? `a version of hypertide with decisions ${decisions}` : `hypertide ${version}`} decided them otherwise than this one (${current}), and can recompute them`,
      );
  return differs ? 1 : 0;
}

const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));

function spaceIn({ place, created }: Study) {
  const { constraints = [] } = created.space as SpaceData;
  const code = constraints.find((constraint) => 'predicate' in constraint);
  if (code)
    throw new UsageError(
      `${place}: cannot be verified here, since its constraint ${JSON.stringify(code.predicate)} is code that a log does not hold`,
    );
  return spaceOf(created);
}

function strategyIn({ place, created }: Study) {
  try {
    return strategyOf(created);
  } catch (error) {
    throw new UsageError(`${place}: its strategy cannot be made from data: ${(error as Error).message}`);
  }
}
