import Table from 'cli-table3';
import colours from 'picocolors';
import type { Progress, Row } from '../../streams/observe.ts';
import type { Params } from '../facts/facts.ts';

/** A number as people read it. */
function shown(value: unknown): string {
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

/** The best rows first: higher budgets, then lower losses. */
export function ranked<R extends Shown>(rows: readonly R[], maximize: boolean, objective: string): R[] {
  const loss = ({ values }: R) => (maximize ? -1 : 1) * values![objective]!;
  const budget = ({ budget: spent }: R) => spent ?? Number.POSITIVE_INFINITY;
  return rows
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => (budget(a) === budget(b) ? loss(a) - loss(b) : budget(b) - budget(a)));
}

const BAR = 24;

/** One line: how far it is, the best value, the rate, and what runs. */
export function progressLine(
  state: Progress<Params>,
  { limit, objective, rate }: { readonly limit: number | undefined; readonly objective: string; readonly rate: number },
): string {
  const ended = state.completed + state.stopped + state.failed;
  const done = limit === undefined ? 0 : Math.min(1, ended / Math.max(limit, state.trials, 1));
  const bar = limit === undefined ? '' : `${'█'.repeat(Math.round(done * BAR)).padEnd(BAR, '░')} `;
  const best = state.best ? `  best ${colours.bold(shown(state.best.values?.[objective]))} (trial ${state.best.trial})` : '';
  const speed = rate > 0 ? `  ${shown(Number(rate.toPrecision(2)))}/s` : '';
  const { stopped, failed } = state;
  const others = [stopped > 0 && `${stopped} stopped`, failed > 0 && colours.yellow(`${failed} failed`)].filter(Boolean).join(', ');
  return `${bar}${ended}${limit === undefined ? '' : `/${limit}`} trials${best}${speed}  ${state.open} running${others && `  (${others})`}`;
}

/** A trial in one line. */
export function lineOf({ trial, status, reason, values, params }: Row<Params>, message = ''): string {
  const why = reason === undefined ? '' : ` (${reason}${message && `: ${message}`})`;
  return `trial ${trial} ${status}${why}${values ? ` ${pairs(values)}` : ''}  ${pairs(params)}`;
}

const pairs = (record: Readonly<Record<string, unknown>>): string =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(' ');
