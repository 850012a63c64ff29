import colours from 'picocolors';
import type { Progress, Row } from '../../streams/observe.ts';
import type { Params } from '../facts/facts.ts';

<<<<<<< HEAD

/** A number as people read it. */
export function shown(value: unknown): string {
  if (typeof value !== 'number') return value === undefined ? '' : String(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** A trial as a table shows it. */
type Shown = Omit<Row<Params>, 'status'> & { readonly status: string };

/** Rows as a table: trial, values, parameters, and what else there is to say. */
export function table(rows: readonly Shown[]): string {
  const valueNames = names(rows.map(({ values }) => values ?? {}));
  const parameterNames = names(rows.map(({ params }) => params));
  const others = (['budget', 'step', 'seconds'] as const).filter((name) => rows.some((row) => row[name] !== undefined));
  const head = ['trial', ...valueNames, ...parameterNames, ...others, 'status', 'by'];
  const out = new Table({
    head: head.map((name) => colours.bold(name)),
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) {
    const { values, params } = row;
    out.push([
      String(row.trial),
      ...valueNames.map((name) => shown(values?.[name])),
      ...parameterNames.map((name) => shown(params[name])),
      ...others.map((name) => shown(row[name])),
      row.reason === undefined ? row.status : `${row.status}: ${row.reason}`,
      row.by,
    ]);
  }
  return out.toString();
}

const names = (records: readonly Readonly<Record<string, unknown>>[]): string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
];
=======

import { type Shown, shown } from './table.ts';

>>>>>>> clitest

/** The best rows first: higher budgets, then lower losses. */
export function ranked<R extends Shown>(rows: readonly R[], maximize: boolean, objective: string): R[] {
  const loss = ({ values }: R) => (maximize ? -1 : 1) * values![objective]!;
  const budget = ({ budget: spent }: R) => spent ?? Number.POSITIVE_INFINITY;
  return rows
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => (budget(a) === budget(b) ? loss(a) - loss(b) : budget(b) - budget(a)));
}

/** Characters of the bar: at most, and below which there is none. */
const LONGEST_BAR = 24;
const SHORTEST_BAR = 6;

export interface ProgressLine {
  /** Configurations to try, where that is known. */
  readonly limit: number | undefined;
  readonly objective: string;
  /** Trials a second. */
  readonly rate: number;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** One line: how far it is, the best value, the rate, and what runs. */
export function progressLine(state: Progress<Params>, { limit, objective, rate, columns = terminalWidth() }: ProgressLine): string {
  const { completed, stopped, failed, best, open, trials } = state;
  const ended = completed + stopped + failed;
  const others = [stopped > 0 && `${stopped} stopped`, failed > 0 && `${failed} failed`].filter(Boolean).join(', ');
  const texts = [
    `${ended}${limit === undefined ? '' : `/${limit}`} trials`,
    best && `best ${shown(best.values?.[objective])} (trial ${best.trial})`,
    rate > 0 && `${shown(Number(rate.toPrecision(2)))}/s`,
    `${open} running`,
    others && `(${others})`,
  ].filter((text): text is string => Boolean(text));
  const room = Math.min(LONGEST_BAR, columns - 2 - texts.join('  ').length);
  const line = texts.map((text) => (text.startsWith('best') ? colours.bold(text) : text)).join('  ');
  return limit === undefined || room < SHORTEST_BAR ? line : `${bar(ended / Math.max(limit, trials, 1), room)} ${line}`;
}

const terminalWidth = (): number => process.stderr.columns || 80;
const bar = (done: number, length: number): string => '█'.repeat(Math.round(Math.min(1, done) * length)).padEnd(length, '░');

/** A trial in one line. */
export function lineOf({ trial, status, reason, values, params }: Row<Params>, message = ''): string {
  const why = reason === undefined ? '' : ` (${reason}${message && `: ${message}`})`;
  return `trial ${trial} ${status}${why}${values ? ` ${pairs(values)}` : ''}  ${pairs(params)}`;
}

const pairs = (record: Readonly<Record<string, unknown>>): string =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(' ');
