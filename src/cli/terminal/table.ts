import { styleText } from 'node:util';
import { duration } from '../../insight/figures/drawing/format.ts';
import { onExamples, tookSeconds, unfinishedText } from '../../insight/gain.ts';
import { ownValue } from '../../schema/ownValue.ts';
import { escapeControls } from '../../study/plainText.ts';
import { shown } from '../../study/shown.ts';
import { isInfeasible, type TrialRow } from '../../study/trials.ts';
import { aligned } from '../../text/layout.ts';
import { cutTo, widthOf } from '../../text/width.ts';

/** How long ago a time was. */
export const ageOf = (at: number, now: number): string => duration(Math.max(0, now - at));

/** A time as people read it, in UTC to the minute. */
export const minuteOf = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

interface Column {
  readonly name: string;
  readonly cells: readonly string[];
  /** Columns of a higher rank are left out first if there is not enough room. */
  readonly rank: number;
}

/**
 * Rows as a table: trial, values, parameters, and other columns. If it is wider than the terminal, long cells are cut, and the least important
 * columns left out.
 *
 * @param width of the terminal; 0 if there is none or it is unknown: then all is shown.
 * @param now milliseconds since 1970, from which ages are counted.
 */
export function table(rows: readonly TrialRow[], width = process.stdout.isTTY ? process.stdout.columns : 0, now = Date.now()): string {
  const room = width || Number.POSITIVE_INFINITY;
  const whys = rows.map(whyOf);
  const hasWhys = whys.some((why) => why !== '');
  const all = columnsOf(rows, now);
  const others = fitted(all, hasWhys ? room - GAP - LEAST_WHY : room);
  const left = all.length - others.length;
  const longest = Math.min(LONGEST_WHY, room - GAP - totalOf(others));
  const columns = hasWhys ? [...others, { name: 'message', cells: whys.map((why) => cutTo(why, longest)) }] : others;
  const text = textTable(
    columns.map(({ name }) => name),
    rows.map((_, i) => columns.map(({ cells }) => cells[i]!)),
  );
  return left > 0 ? `${text}\n(${left} more columns do not fit here; --json shows all)` : text;
}

/** Rows of text below a header row, in columns. Text from outside is escaped here. @param numbers positions of columns that are aligned on the right */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[] = []): string {
  const [names, ...cells] = [head, ...rows].map((row) => row.map(escapeControls));
  return aligned([names!.map((name) => styleText('bold', name)), ...cells], numbers).join('\n');
}

function columnsOf(rows: readonly TrialRow[], now: number): Column[] {
  const column = (name: string, rank: number, cell: (row: TrialRow) => unknown): Column => ({
    name,
    rank,
    cells: rows.map((row) => shown(cell(row))),
  });
  const isKept = rows.every(({ budget, step }) => budget === undefined || budget === step); // the step then says enough
  const hasExamples = onExamples(rows);
  const isMixed = new Set(rows.map(({ budget }) => budget)).size > 1;
  const reached = column(hasExamples ? 'examples' : 'step', hasExamples ? 1 : 4, ({ step }) => step);
  const planned = column(hasExamples ? 'planned' : 'budget', isMixed && !hasExamples ? 1 : 4, ({ budget }) => budget);
  const others = [...(isKept ? [] : [planned]), ...(rows.some(({ step }) => step !== undefined) ? [reached] : [])];
  const timed = rows.some((row) => tookSeconds(row) !== undefined);
  const objectives = names(rows.map(({ values }) => values ?? {}));
  const headOf = (name: string) => (objectives.includes(name) ? `params.${name}` : name); // as in an export
  return [
    column('trial', 0, ({ trial }) => trial),
    ...objectives.map((name) => column(name, 1, (row) => valueCell(row, name))),
    ...names(rows.map(({ params }) => params)).map((name) => column(headOf(name), 2, ({ params }) => ownValue(params, name))),
    ...others,
    ...(timed ? [column('seconds', 4, tookSeconds)] : []),
    column('status', 1, statusOf),
    ...(rows.some(({ running }) => running) ? runningColumns(now).map(([name, cell]) => column(name, 3, cell)) : []),
    column('by', 4, ({ by }) => by),
  ];
}

function valueCell(row: TrialRow, name: string): unknown {
  const [value, at] = [ownValue(row.values, name), unfinishedText(row)];
  return value === undefined || at === undefined ? value : `${shown(value)} (${at})`;
}

/** What a person needs to find a running trial that is stuck. */
const runningColumns = (now: number): readonly (readonly [name: string, cell: (row: TrialRow) => unknown])[] => [
  ['worker', ({ running, trainer }) => (running ? trainer : undefined)],
  ['runs for', ({ claimedAt }) => claimedAt && ageOf(claimedAt, now)],
  ['last report', ({ reportedAt }) => reportedAt && `${ageOf(reportedAt, now)} ago`],
];

/** The last line of the message of a failed trial, or what stopped it. */
function whyOf({ status, message = '' }: TrialRow): string {
  const last = status === 'failed' || status === 'stopped' ? message.trimEnd().split('\n').at(-1)! : '';
  return shown(last.trim());
}

/** The status of a trial for people: whether an open one runs, or waits for a trainer. */
export const shownStatus = ({ status, running }: TrialRow): string => (status === 'open' ? (running ? 'running' : 'waiting') : status);

/** A result that violates a constraint has the same status as a trial that its trainer calls infeasible. */
function statusOf(row: TrialRow): string {
  const reason = row.reason ?? (isInfeasible(row) ? 'infeasible' : undefined);
  const status = shownStatus(row);
  return reason === undefined ? status : `${status}: ${reason}`;
}

const names = (records: readonly Readonly<Record<string, unknown>>[]): string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
];

const GAP = 2;
const WIDEST_COLUMN = 14;
/** The message of a failed trial: its greatest length, and the least room for it. */
const LONGEST_WHY = 80;
const LEAST_WHY = 24;

function fitted(columns: readonly Column[], width: number): readonly Column[] {
  if (totalOf(columns) <= width) return columns;
  let left = columns.map(({ name, cells, rank }) => ({ name: cut(name), cells: cells.map(cut), rank }));
  while (left.length > 1 && totalOf(left) > width) {
    const least = left.reduce((worst, { rank }, i) => (rank >= left[worst]!.rank ? i : worst), 0);
    left = left.filter((_, i) => i !== least);
  }
  return left;
}

/** Cut in the middle: long names often differ at their ends. */
const cut = (text: string): string => cutTo(text, WIDEST_COLUMN, WIDEST_COLUMN / 2 - 1);
const totalOf = (columns: readonly Pick<Column, 'name' | 'cells'>[]): number =>
  columns.reduce((sum, { name, cells }) => sum + GAP + Math.max(widthOf(name), ...cells.map(widthOf)), -GAP);
