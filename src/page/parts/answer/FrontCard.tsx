import { useComputed, useSignal } from '@preact/signals';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { compromise } from '../../../insight/figures/front.ts';
import { lossesOf, objectiveValue } from '../../../insight/figures/study.ts';
import { objectives, onFront } from '../../state/store.ts';
import { Card } from '../Card.tsx';
import { TrialParameters } from './TrialParameters.tsx';

/** The trials on the front, and the configuration of the one that is chosen. */
export function FrontCard() {
  const chosen = useSignal<number | undefined>(undefined);
  const middle = useComputed(() => {
    const losses = onFront.value.map((row) => lossesOf(row, objectives.value));
    return onFront.value[compromise(losses)]?.trial;
  });
  const list = onFront.value;
  const shown = list.find(({ trial }) => trial === chosen.value) ?? list.find(({ trial }) => trial === middle.value);
  if (shown === undefined) {
    return (
      <Card title="Best configurations">
        <p class="nothing">No result yet.</p>
      </Card>
    );
  }
  return (
    <Card title="Best configurations" note={`${list.length} on the front: no other is better in every objective`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls by keys */}
      <section class="scroll front-list" tabIndex={0} aria-label="Front">
        <table class="small">
          <thead>
            <tr>
              <th>trial</th>
              {objectives.value.map(({ name, direction }) => (
                <th key={name}>
                  {cut(name, 20)} {direction === 'maximize' ? '↑' : '↓'}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((row) => (
              <tr key={row.trial} class={row === shown ? 'is-chosen' : ''}>
                <td>
                  <label class="choice">
                    <input type="radio" name="front" checked={row === shown} onChange={() => (chosen.value = row.trial)} /> {row.trial}
                  </label>
                </td>
                {objectives.value.map((objective) => (
                  <td key={objective.name}>{formatNumber(objectiveValue(row, objective))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="note">
        {shown.trial === middle.value
          ? `Trial ${shown.trial} is the compromise: the nearest to the best of every objective.`
          : `You chose trial ${shown.trial}.`}
      </p>
      <TrialParameters of={shown} />
    </Card>
  );
}
