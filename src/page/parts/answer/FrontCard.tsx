import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../../insight/figures/figureStudy.ts';
import { compromiseOn } from '../../../insight/figures/pareto.ts';
import { Pareto } from '../../charts/Pareto.tsx';
import { lookAt } from '../../state/selection.ts';
import { figures } from '../../state/shownStudy.ts';
import { objectives, onFront } from '../../state/store.ts';
import { kept } from '../../state/url.ts';
import { Card } from '../Card.tsx';
import { TrialParameters } from './TrialParameters.tsx';

/** The trial on the front that a person chose. */
const chosen = kept('front');

/** The front, and the configuration of the trial on it that is chosen, at first the compromise. */
export function FrontCard() {
  const middle = useComputed(() => compromiseOn(figures)).value;
  const list = onFront.value;
  const shown = list.find(({ trial }) => String(trial) === chosen.value) ?? middle;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>('.is-chosen');
    if (line && box.current) box.current.scrollTop = line.offsetTop - 3 * line.offsetHeight;
  }, [shown?.trial]);
  if (shown === undefined) return <Card title="Best configurations" class="front" nothing="No result yet." />;
  const pick = (trial: number) => {
    if (list.some((row) => row.trial === trial)) chosen.value = String(trial);
    else lookAt(trial);
  };
  return (
    <Card
      title="Best configurations"
      note={`${list.length} on the front: no other trial is as good in all objectives and better in one`}
      class="front"
    >
      <Pareto marked={shown} pick={pick} />
      <div class="front-choice">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls by keys */}
        <section class="front-list" ref={box} tabIndex={0} aria-label="Front">
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
                      <input type="radio" name="front" checked={row === shown} onChange={() => pick(row.trial)} /> {row.trial}
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
        <div>
          <p class="note">
            {shown === middle
              ? `Trial ${shown.trial} is the compromise: the nearest to the best of every objective.`
              : `You chose trial ${shown.trial}.`}
          </p>
          <TrialParameters of={shown} />
        </div>
      </div>
    </Card>
  );
}
