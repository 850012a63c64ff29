import { cut } from '../../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../../insight/figures/figureStudy.ts';
import { save } from '../../lib/save.ts';
import { allColumns, areUsual, csvOf, shownColumns, showUsual, toggleColumn } from '../../state/columns.ts';
import { detail } from '../../state/store.ts';

/** Chooses the columns of the table, and saves what it shows as CSV. */
export function TableTools({ rows }: { readonly rows: () => readonly FigureRow[] }) {
  const shown = new Set(shownColumns.value.map(({ name }) => name));
  return (
    <div class="table-tools">
      <details>
        <summary>Columns</summary>
        <fieldset>
          <legend class="note">{areUsual.value ? 'the usual columns' : `${shown.size} of ${allColumns.value.length}`}</legend>
          {allColumns.value.slice(1).map(({ name }) => (
            <label key={name}>
              <input type="checkbox" checked={shown.has(name)} onChange={() => toggleColumn(name)} /> {cut(name, 40)}
            </label>
          ))}
          <button type="button" disabled={areUsual.value} onClick={showUsual}>
            Show the usual columns
          </button>
        </fieldset>
      </details>
      <button
        type="button"
        onClick={() => save(`${detail.value?.study ?? 'study'}.csv`, new Blob([csvOf(shownColumns.value, rows())], { type: 'text/csv' }))}
      >
        Save as CSV
      </button>
    </div>
  );
}
