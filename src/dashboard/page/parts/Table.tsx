import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cut, number } from '../lib/format.ts';
import { looks } from '../lib/theme.ts';
import { focused, lookAt, selected } from '../state/selection.ts';
import { objectives, type PageRow, parameters, rows } from '../state/store.ts';
import { kept } from '../state/url.ts';

const ROW = 30;
const VIEW = 12;
/** Rows drawn above and below what is seen. */
const SPARE = 6;

interface Column {
  readonly name: string;
  readonly of: (row: PageRow) => unknown;
  readonly text?: (row: PageRow) => string;
  readonly wide?: number;
}

const sort = kept('sort');

/** All selected trials; only the rows that are seen are in the page. */
export function Table() {
  const top = useSignal(0);
  const scroll = useRef<HTMLDivElement>(null);
  const columns = useComputed((): readonly Column[] => [
    { name: 'trial', of: ({ trial }) => trial, wide: 64 },
    { name: 'state', of: ({ state }) => state, wide: 104 },
    ...objectives.value.map(({ name }): Column => ({ name, of: ({ values }) => values?.[name] })),
    ...parameters.value.map(([name]): Column => ({ name, of: ({ params }) => params[name] })),
    { name: 'by', of: ({ by }) => by, wide: 150 },
    { name: 'budget', of: ({ budget }) => budget },
    { name: 'step', of: ({ step }) => step },
    { name: 'seconds', of: ({ seconds, startedAt, endedAt }) => seconds ?? (startedAt && endedAt ? (endedAt - startedAt) / 1000 : undefined) },
    { name: 'trainer', of: ({ trainer }) => trainer },
  ]);
  const shown = useComputed(() => {
    const chosen = selected.value;
    const list = rows.value.filter((_, i) => chosen[i]);
    const [name, way] = splitSort(sort.value);
    const column = columns.value.find((one) => one.name === name);
    if (column === undefined) return list.reverse();
    return list.sort((a, b) => compare(column.of(a), column.of(b), way) || a.trial - b.trial);
  });
  const list = shown.value;
  const from = Math.max(0, Math.floor(top.value / ROW) - SPARE);
  const drawn = list.slice(from, from + VIEW + 2 * SPARE);
  const at = list.findIndex(({ trial }) => trial === focused.value);

  useEffect(() => {
    if (at < 0 || !scroll.current) return;
    const y = at * ROW;
    if (y < scroll.current.scrollTop || y > scroll.current.scrollTop + (VIEW - 2) * ROW) scroll.current.scrollTop = y - 3 * ROW;
  }, [focused.value]);

  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: VIEW, PageUp: -VIEW }[event.key];
    if (step === undefined || list.length === 0) return;
    event.preventDefault();
    lookAt(list[Math.min(list.length - 1, Math.max(0, at + step))]!.trial);
  };
  const template = columns.value.map(({ wide = 112 }) => `minmax(${wide}px, 1fr)`).join(' ');
  const [by, way] = splitSort(sort.value);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of 10 000 rows would be all in the page
    <div
      class="table"
      role="grid"
      tabIndex={0}
      aria-label="Trials; the arrow keys go from one to the next"
      aria-rowcount={list.length + 1}
      ref={scroll}
      style={{ height: `${ROW * (VIEW + 1)}px` }}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
      onKeyDown={press}
    >
      <div class="table-row table-head" role="row" tabIndex={-1} style={{ gridTemplateColumns: template }}>
        {columns.value.map(({ name }) => (
          <div key={name} role="columnheader" tabIndex={-1} aria-sort={by !== name ? 'none' : way > 0 ? 'ascending' : 'descending'}>
            <button type="button" onClick={() => sortBy(name)} title={cut(name, 400)}>
              {cut(name, 28)}
              {by === name ? (way > 0 ? ' ↑' : ' ↓') : ''}
            </button>
          </div>
        ))}
      </div>
      <div style={{ height: `${list.length * ROW}px`, position: 'relative' }}>
        {drawn.map((row, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the grid do the same
          <div
            key={row.trial}
            class={`table-row ${row.trial === focused.value ? 'is-focused' : ''}`}
            role="row"
            tabIndex={-1}
            aria-rowindex={from + i + 2}
            aria-selected={row.trial === focused.value}
            style={{ gridTemplateColumns: template, transform: `translateY(${(from + i) * ROW}px)` }}
            onClick={() => lookAt(row.trial)}
          >
            {columns.value.map(({ name, of }) => (
              <div key={name} role="gridcell" tabIndex={-1} class={typeof of(row) === 'number' ? 'is-number' : ''}>
                {name === 'state' ? <StateName row={row} /> : textOf(of(row))}
              </div>
            ))}
          </div>
        ))}
      </div>
      {list.length === 0 && <p class="nothing">{rows.value.length === 0 ? 'No trial yet.' : 'No trial is selected.'}</p>}
    </div>
  );
}

export const StateName = ({ row: { state } }: { readonly row: PageRow }) => (
  <span class="state" style={{ '--of': `var(${looks[state].colour})` }}>
    {looks[state].label}
  </span>
);

const textOf = (value: unknown): string => (value === undefined ? '' : cut(number(value), 40));

function splitSort(text: string): readonly [name: string, way: number] {
  return text.startsWith('-') ? [text.slice(1), -1] : [text, 1];
}

/** Up, then down, then the latest first again. */
function sortBy(name: string): void {
  const [before, way] = splitSort(sort.value);
  sort.value = before !== name ? name : way > 0 ? `-${name}` : '';
}

/** What is missing comes last either way. */
function compare(a: unknown, b: unknown, way: number): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return way * (a - b);
  return String(a) < String(b) ? -way : String(a) > String(b) ? way : 0;
}
