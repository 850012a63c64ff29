import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { looks } from '../../../insight/figures/drawing/looks.ts';
import type { FigureRow } from '../../../insight/figures/figureStudy.ts';
import { unfinishedText } from '../../../insight/gain.ts';
import { allColumns, shownColumns } from '../../state/columns.ts';
import { focused, focusedIndex, lookAt, selected } from '../../state/selection.ts';
import { objectives, ranked, rows } from '../../state/store.ts';
import { kept } from '../../state/url.ts';
import { Card } from '../Card.tsx';
import { TableTools } from './TableTools.tsx';

const ROW = 30;
const VIEW = 12;
/** Rows that are in the page at a time, and of these, above the visible ones. The first ones are on paper, too. */
const RENDERED = 50;
const SPARE = 6;

const sort = kept('sort');

/** All selected trials. Only the visible rows are in the page. */
export function TrialTable() {
  const top = useSignal(0);
  const scroll = useRef<HTMLDivElement>(null);
  /** The indices of all trials in the order of the table. It does not depend on the selection, which changes in every frame of a drag. */
  const order = useComputed(() => {
    const all = rows.value;
    const [name, way] = splitSort(sort.value);
    const column = allColumns.value.find((one) => one.name === name);
    const indices = [...all.keys()];
    if (column === undefined) return indices.reverse();
    const values = all.map((row) => column.of(row));
    return indices.sort((a, b) => compare(values[a], values[b], way) || a - b);
  });
  const shown = useComputed(() => {
    const [all, chosen] = [rows.value, selected.value];
    return order.value.filter((i) => chosen[i]).map((i) => all[i]!);
  });
  /** The best of the shown trials stays in sight. With several objectives, there is none. */
  const best = useComputed(() => {
    const chosen = new Set(shown.value);
    return objectives.value.length === 1 ? ranked.value.find((row) => chosen.has(row)) : undefined;
  }).value;
  const list = shown.value;
  const from = Math.max(0, Math.floor(top.value / ROW) - SPARE);
  const to = Math.min(list.length, from + RENDERED);
  const at = list.indexOf(rows.value[focusedIndex.value]!);

  useEffect(() => {
    const box = scroll.current;
    if (at < 0 || !box) return;
    const y = at * ROW;
    if (y < box.scrollTop || y > box.scrollTop + (VIEW - 2) * ROW) box.scrollTop = y - 3 * ROW;
    // Keep the keyboard focus on the trial.
    if (box.contains(document.activeElement)) requestAnimationFrame(() => box.querySelector<HTMLElement>('.is-focused button')?.focus());
  }, [focused.value]);

  const press = (event: KeyboardEvent, i: number) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: VIEW, PageUp: -VIEW }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    lookAt(list[Math.min(list.length - 1, Math.max(0, i + step))]!.trial);
  };
  const [by, way] = splitSort(sort.value);
  const numeric = useComputed(() => shownColumns.value.map(({ of }) => rows.value.some((row) => typeof of(row) === 'number'))).value;
  const lineOf = (row: FigureRow, i: number, of: string) => (
    <tr
      key={row.trial}
      class={`${of} ${row.trial === focused.value ? 'is-focused' : ''}`}
      aria-rowindex={i + 2}
      onClick={() => lookAt(row.trial)}
    >
      {shownColumns.value.map(({ name, of }, k) => (
        <td key={name} class={numeric[k] ? 'is-number' : ''}>
          {k === 0 ? (
            <button type="button" class="plain" aria-label={`trial ${row.trial}`} onKeyDown={(event) => press(event, i)}>
              {row.trial}
            </button>
          ) : name === 'status' ? (
            <StateName row={row} />
          ) : (
            <>
              {objectives.value.some((one) => one.name === name) && unfinishedText(row) !== undefined && (
                <span class="note">{unfinishedText(row)} </span>
              )}
              {textOf(of(row))}
            </>
          )}
        </td>
      ))}
    </tr>
  );
  return (
    <Card title="Trials" tools={<TableTools rows={() => shown.value} />}>
      <div
        class="table"
        ref={scroll}
        style={{ '--rows': VIEW + 1 }}
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
        }}
      >
        <table aria-label="Trials" aria-rowcount={list.length + 1}>
          <colgroup>
            {shownColumns.value.map(({ name, wide = 106 }) => (
              <col key={name} style={{ width: `${wide}px` }} />
            ))}
          </colgroup>
          <thead>
            <tr>
              {shownColumns.value.map(({ name }, k) => (
                <th
                  key={name}
                  class={numeric[k] ? 'is-number' : ''}
                  aria-sort={by !== name ? 'none' : way > 0 ? 'ascending' : 'descending'}
                >
                  <button type="button" onClick={() => sortBy(name)} title={cut(name, 400)}>
                    {cut(name, 28)}
                    {by === name ? (way > 0 ? ' ↑' : ' ↓') : ''}
                  </button>
                </th>
              ))}
            </tr>
            {best && lineOf(best, list.indexOf(best), 'is-best')}
          </thead>
          <tbody>
            <tr class="spare" style={{ height: `${from * ROW}px` }}>
              <td colSpan={shownColumns.value.length} />
            </tr>
            {list.slice(from, to).map((row, i) => lineOf(row, from + i, ''))}
            <tr class="spare" style={{ height: `${(list.length - to) * ROW}px` }}>
              <td colSpan={shownColumns.value.length} />
            </tr>
          </tbody>
        </table>
        {list.length > RENDERED && (
          <p class="note on-paper">
            {to - from} of {list.length} trials
          </p>
        )}
        {list.length === 0 && <p class="nothing">{rows.value.length === 0 ? 'No trials yet.' : 'No trials selected.'}</p>}
      </div>
    </Card>
  );
}

export const StateName = ({ row: { state } }: { readonly row: FigureRow }) => (
  <span class="state" style={{ '--of': `var(--${looks[state].colour})` }}>
    {looks[state].label}
  </span>
);

const textOf = (value: unknown): string => (value === undefined ? '' : cut(formatNumber(value), 40));

function splitSort(text: string): readonly [name: string, way: number] {
  return text.startsWith('-') ? [text.slice(1), -1] : [text, 1];
}

/** Ascending, then descending, then latest first again. */
function sortBy(name: string): void {
  const [before, way] = splitSort(sort.value);
  sort.value = before !== name ? name : way > 0 ? `-${name}` : '';
}

/** Missing values come last in both directions. */
function compare(a: unknown, b: unknown, way: number): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return way * (a - b);
  return String(a) < String(b) ? -way : String(a) > String(b) ? way : 0;
}
