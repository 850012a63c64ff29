import { formatNumber } from '../../insight/figures/drawing/format.ts';
import { nearest } from '../../schema/nearest.ts';
import { valueText } from '../../space/value.ts';

interface Column<R> {
  readonly name: string;
  readonly of: (row: R) => unknown;
}

/** Words that join comparisons, but not inside quotes. */
const JOINED = /\s+(and|or)\s+(?=(?:[^"']|"[^"]*"|'[^']*')*$)/i;
const COMPARISON = /^(.+?)\s*(<=|>=|!=|==?|<|>)\s*(.+)$/s;
const QUOTED = /^(["'])(.*)\1$/s;

/**
 * Which rows a person wants, in words: `lr < 0.01 and optimizer = adam or trial = 7`. `and` binds before `or`. Rows without a value are unequal to all.
 *
 * @returns whether a row matches, or what is wrong with the text
 */
export function filterOf<R>(text: string, columns: readonly Column<R>[]): ((row: R) => boolean) | string {
  const [first, ...more] = text.trim().split(JOINED);
  const either = [[comparisonOf(first!, columns)]];
  for (let i = 0; i < more.length; i += 2) {
    const next = comparisonOf(more[i + 1]!, columns);
    if (more[i]!.toLowerCase() === 'and') either.at(-1)!.push(next);
    else either.push([next]);
  }
  const problem = either.flat().find((one) => typeof one === 'string');
  const all = either as ((row: R) => boolean)[][];
  return problem ?? ((row) => all.some((both) => both.every((holds) => holds(row))));
}

function comparisonOf<R>(text: string, columns: readonly Column<R>[]): ((row: R) => boolean) | string {
  const [, name, sign, given] = COMPARISON.exec(text) ?? [];
  if (name === undefined) return `expected a comparison such as ${columns[0]?.name ?? 'trial'} < 10, got ${text || 'nothing'}`;
  // The table calls a metric `metric size` because a parameter may have its name.
  const column = columns.find((one) => one.name === name) ?? columns.find((one) => one.name.replace(/^(metric|tag) /, '') === name);
  if (column === undefined)
    return `no column has the name ${name}${nearest(
      name,
      columns.map((one) => one.name),
    )}`;
  const wanted = QUOTED.exec(given!)?.[2] ?? given!;
  const number = Number(wanted);
  const isEqual = (value: unknown) =>
    // A number that is copied from the page has few digits.
    value !== undefined && (value === number || formatNumber(value) === wanted || valueText(value) === wanted);
  if (sign === '=' || sign === '==') return (row) => isEqual(column.of(row));
  if (sign === '!=') return (row) => !isEqual(column.of(row));
  if (Number.isNaN(number)) return `expected a number after ${name} ${sign}, got ${wanted}`;
  return (row) => {
    const value = column.of(row);
    if (typeof value !== 'number') return false;
    return (sign!.startsWith('<') ? value < number : value > number) || (sign!.endsWith('=') && value === number);
  };
}
