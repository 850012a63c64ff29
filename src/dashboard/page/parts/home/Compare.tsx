import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { cut, formatNumber } from '../../../../figures/format.ts';
import { trendsOption } from '../../../../figures/trends.ts';
import type { Summary } from '../../../wire.ts';
import { Chart } from '../../charts/Chart.tsx';
import { theme } from '../../lib/theme.ts';
import { getFrom } from '../../state/connect.ts';
import { headlines } from '../../state/store.ts';
import { Card } from '../Card.tsx';

/** Several studies over the same axes, and in what they differ. */
export function Compare({ ids, clear }: { readonly ids: readonly string[]; readonly clear: () => void }) {
  const found = useSignal<readonly Summary[]>([]);
  const shown = ids.flatMap((id) => headlines.value.find((one) => one.id === id) ?? []);
  const version = shown.map(({ id, position }) => `${id} ${position}`).join();
  useEffect(() => {
    let left = false;
    const ask = (id: string) => getFrom<Summary | null>(id, '').catch(() => null);
    void Promise.all(ids.map(ask)).then((all) => {
      if (!left) found.value = all.filter((one) => one !== null);
    });
    return () => {
      left = true;
    };
  }, [version]);
  const option = useComputed(() => {
    const all = headlines.value.filter(({ id, trend }) => ids.includes(id) && trend.length > 0);
    return trendsOption(
      all.map(({ id, study, trials, trend }) => ({ id, name: study || id, trials, trend })),
      theme,
    );
  });
  const directions = new Set(shown.map(({ objective }) => `${objective.name} ${objective.direction}`));
  return (
    <Card
      title="Comparison"
      note={directions.size > 1 ? 'these studies have different objectives' : 'best value by trial'}
      tools={
        <button type="button" class="plain" onClick={clear}>
          close
        </button>
      }
    >
      <Chart label="Best value of each study, by trial" option={option.value} height={280} />
      <div class="scroll">
        <table class="small">
          <thead>
            <tr>
              <th>differs</th>
              {found.value.map(({ detail: { id, study } }) => (
                <th key={id}>{cut(study || id, 24)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences(found.value).map(([name, cells]) => (
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

/** The lines of the table: what is not the same in all studies. */
function differences(all: readonly Summary[]): (readonly [name: string, cells: readonly string[]])[] {
  const params = [...new Set(all.flatMap(({ best }) => Object.keys(best?.params ?? {})))];
  const lines: readonly (readonly [string, (one: Summary) => unknown])[] = [
    ['best value', ({ detail }) => detail.best?.value],
    ...params.map((name) => [`best ${name}`, ({ best }: Summary) => best?.params[name]] as const),
    ['objective', ({ detail: { objective } }) => `${objective.direction} ${objective.name}`],
    ['configurations', ({ detail }) => detail.configurations],
    ['completed', ({ detail }) => detail.completed],
    ['stopped', ({ detail }) => detail.stopped],
    ['failed', ({ detail }) => detail.failed],
    ['cost', ({ detail }) => detail.cost],
    ['strategy', ({ detail }) => detail.strategy],
    ['parallel', ({ detail }) => detail.parallel],
    ['seed', ({ detail }) => detail.seed],
    ['limits', ({ detail }) => detail.limits],
    ['space', ({ detail }) => Object.keys(detail.space.parameters).join(', ')],
  ];
  return lines
    .map(([name, of]) => [name, all.map((one) => (of(one) === undefined ? '–' : formatNumber(of(one))))] as const)
    .filter(([, cells]) => new Set(cells).size > 1);
}
