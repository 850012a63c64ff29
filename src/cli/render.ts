import colours from 'picocolors';
import type { Progress, Row } from '../../streams/observe.ts';
import type { Params } from '../facts/facts.ts';
import { shown } from './table.ts';

/** The best rows first: higher budgets, then lower losses. */
export function ranked(rows: readonly Row<Params>[], maximize: boolean, objective: string): Row<Params>[] {
  const loss = ({ values }: Row<Params>) => (maximize ? -1 : 1) * values![objective]!;
  const budget = ({ budget: spent }: Row<Params>) => spent ?? Number.POSITIVE_INFINITY;
  return rows
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => (budget(a) === budget(b) ? loss(a) - loss(b) : budget(b) - budget(a)));
}

/** Characters of the bar: at most, and before there is none. */
const LONGEST_BAR = 24;
const SHORTEST_BAR = 6;

export interface ProgressLine {
  /** Configurations to try, where that is known. */
  readonly trials?: number | undefined;
  /** Trials that ended since this process began, and how long that took. */
  readonly recent: number;
  readonly seconds: number;
  readonly objective: string;
  /** Width of the terminal. */
  readonly columns: number;
}

/** One line: how far it is, the best value, the rate, and what runs. */
export function progressLine(state: Progress<Params>, { trials, recent, seconds, objective, columns }: ProgressLine): string {
  const ended = state.completed + state.stopped + state.failed;
  const whole = trials === undefined ? undefined : Math.max(trials, state.trials);
  const rate = seconds > 0 && recent > 0 ? `${shown(Number((recent / seconds).toPrecision(2)))}/s` : undefined;
  const others = [state.stopped > 0 && `${state.stopped} stopped`, state.failed > 0 && `${state.failed} failed`].filter(Boolean).join(', ');
  const texts = [
    `${ended}${whole === undefined ? '' : `/${whole}`} trials`,
    state.best && `best ${shown(state.best.values?.[objective])} (trial ${state.best.trial})`,
    rate,
    `${state.open} running`,
    others && `(${others})`,
  ].filter((text): text is string => Boolean(text));
  const room = Math.min(LONGEST_BAR, columns - 2 - texts.join('  ').length);
  const line = texts.map((text) => (text.startsWith('best') ? colours.bold(text) : text === `(${others})` ? colours.dim(text) : text));
  return whole === undefined || room < SHORTEST_BAR ? line.join('  ') : `${bar(ended / Math.max(1, whole), room)} ${line.join('  ')}`;
}

const bar = (done: number, length: number): string => '█'.repeat(Math.round(Math.min(1, done) * length)).padEnd(length, '░');

/** What became of a trial, on one line. */
export const lineOf = ({ trial, status, reason, message, values, params }: Row<Params>): string =>
  [
    `trial ${trial} ${status}${reason === undefined ? '' : ` (${reason})`}${message === undefined ? '' : `: ${message.split('\n')[0]}`}`,
    values && pairs(values),
    pairs(params),
  ]
    .filter(Boolean)
    .join('  ');

const pairs = (record: Readonly<Record<string, unknown>>) =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(' ');
