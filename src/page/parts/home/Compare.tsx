import { useComputed } from '@preact/signals';
import { cut } from '../../../insight/figures/drawing/format.ts';
import { overAxes } from '../../../insight/figures/plan.ts';
import { trendsPlane } from '../../../insight/figures/trends.ts';
import { differenceRows } from '../../../server/feed/differences.ts';
import { ChartCard } from '../../charts/ChartCard.tsx';
import { nameOf } from '../../lib/studies.ts';
import { summaryOf } from '../../state/connect.ts';
import { chosenView, connection, headlines } from '../../state/store.ts';
import { Pick } from '../Card.tsx';
import { useAnswer } from '../useAnswer.ts';

/** Several studies over the same axes, and their differences. */
export function Compare({ ids, clear }: { readonly ids: readonly string[]; readonly clear: () => void }) {
  const shown = ids.flatMap((id) => headlines.value.find((one) => one.id === id) ?? []);
  const version = shown.map(({ id, position }) => `${id} ${position}`).join();
  const answer = useAnswer(() => Promise.all(shown.map(({ id }) => summaryOf(id))), version);
  const found = useComputed(() => (answer.value ?? []).filter((one) => one !== null));
  const along = chosenView.along.value;
  const all = found.value.filter(({ detail: { trend } }) => trend.length > 0);
  const trends = all.map(({ detail: { id, study, trend, ...now } }) => ({
    name: nameOf({ id, study }),
    trend: trend.map(([trial, value, time, cost]) => [{ trial, time, cost }[along], value] as const),
    last: { trial: now.trials, time: now.at - now.createdAt, cost: now.cost }[along],
  }));
  const missing = connection.value === 'connecting' ? [] : ids.filter((id) => !shown.some((one) => one.id === id));
  const directions = new Set(shown.map(({ objective }) => `${objective.name} ${objective.direction}`));
  return (
    <ChartCard
      plan={overAxes({
        title: 'Comparison',
        note: directions.size > 1 ? 'these studies have different objectives' : 'best value so far',
        label: `Best value of each study, by ${along}`,
        height: 280,
        plane: () => trendsPlane(trends, along),
      })}
      tools={
        <>
          <Pick label="x axis" {...chosenView.along} />
          <button type="button" class="plain" onClick={clear}>
            close
          </button>
        </>
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
    </ChartCard>
  );
}
