import { useComputed } from '@preact/signals';
import { cut } from '../../../insight/figures/drawing/format.ts';
import { differenceRows } from '../../../server/feed/differenceRows.ts';
import { nameOf } from '../../lib/home.ts';
import { summaryOf } from '../../state/connectPage.ts';
import { connection, headlines } from '../../state/store.ts';
import { Card } from '../Card.tsx';
import { useAnswer } from '../useAnswer.ts';

/** The differences between several studies. */
export function Compare({ ids, clear }: { readonly ids: readonly string[]; readonly clear: () => void }) {
  const shown = ids.flatMap((id) => headlines.value.find((one) => one.id === id) ?? []);
  const version = shown.map(({ id, position }) => `${id} ${position}`).join();
  const answer = useAnswer(() => Promise.all(shown.map(({ id }) => summaryOf(id))), version);
  const found = useComputed(() => (answer.value ?? []).filter((one) => one !== null));
  const missing = connection.value === 'connecting' ? [] : ids.filter((id) => !shown.some((one) => one.id === id));
  const directions = new Set(shown.map(({ objective }) => `${objective.name} ${objective.direction}`));
  return (
    <Card
      title="Comparison"
      {...(directions.size > 1 && { note: 'these studies have different objectives' })}
      tools={
        <button type="button" class="plain" onClick={clear}>
          close
        </button>
      }
    >
      {missing.length > 0 && <p class="nothing">There is no study {cut(missing.join(', '), 200)} here.</p>}
      <div class="scroll" style={found.value.length === 0 ? { minHeight: '24rem' } : {}}>
        <table class="small">
          <thead>
            <tr>
              <th>differs</th>
              {found.value.map(({ detail: { id, study } }) => (
                <th key={id}>{cut(nameOf({ id, study }), 24)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differenceRows(found.value).map(([name, cells]) => (
              <tr key={name}>
                <td>{cut(name, 40)}</td>
                {cells.map((cell, i) => (
                  <td key={found.value[i]!.detail.id}>{cut(cell, 40)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
