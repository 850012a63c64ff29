import Table from 'cli-table3';
import colours from 'picocolors';
import type { Progress, Row } from '../../streams/observe.ts';
import type { Params } from '../facts/facts.ts';

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

/** Rows as a table: trial, values, parameters, and what else there is to say. */
export function table(rows: readonly Row<Params>[]): string {
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

/** The best rows first: higher budgets, then lower losses. */
export function ranked(rows: readonly Row<Params>[], maximize: boolean, objective: string): Row<Params>[] {
  const loss = ({ values }: Row<Params>) => (maximize ? -1 : 1) * values![objective]!;
  const budget = ({ budget: spent }: Row<Params>) => spent ?? Number.POSITIVE_INFINITY;
  return rows
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => (budget(a) === budget(b) ? loss(a) - loss(b) : budget(b) - budget(a)));
}

const BAR = 24;

/** One line: how far it is, the best value, the rate, and what runs. */
export function progressLine(state: Progress<Params>, trials: number | undefined, seconds: number, objective: string): string {
  const ended = state.completed + state.stopped + state.failed;
  const done = trials === undefined ? 0 : Math.min(1, ended / Math.max(trials, state.trials));
  const bar = trials === undefined ? '' : `${'█'.repeat(Math.round(done * BAR)).padEnd(BAR, '░')} `;
  const best = state.best ? `  best ${colours.bold(shown(state.best.values?.[objective]))} (trial ${state.best.trial})` : '';
  const rate = seconds > 0 && ended > 0 ? `  ${shown(Number((ended / seconds).toPrecision(2)))}/s` : '';
  const others = [state.stopped > 0 && `${state.stopped} stopped`, state.failed > 0 && colours.yellow(`${state.failed} failed`)].filter(
    Boolean,
  );
  return `${bar}${ended}${trials === undefined ? '' : `/${trials}`} trials${best}${rate}  ${state.open} running${others.length > 0 ? `  (${others.join(', ')})` : ''}`;
}
