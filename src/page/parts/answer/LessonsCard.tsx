import { useComputed } from '@preact/signals';
import { cut, percent, sentence } from '../../../insight/figures/drawing/format.ts';
import { isClear, whichMatters } from '../../../insight/importance/whatMatters.ts';
import { FEWEST_RESULTS, lessons } from '../../lib/lessons.ts';
import { isFinding, nothingFound } from '../../state/findings.ts';
import { knownImportances, knownRecommended, objectives, parameters, ranked } from '../../state/store.ts';
import { view } from '../../state/url.ts';
import { Card } from '../Card.tsx';

/** Parameters that are listed. */
const LESSONS_LISTED = 5;

/** The height of what will be found, so that nothing moves when it comes. */
const reserved = (): string => {
  const lines = Math.min(LESSONS_LISTED, parameters.value.length);
  return `${1.6 + lines * (ranked.value.length < FEWEST_RESULTS ? 1.8 : 3)}rem`;
};

/** Which parameters matter, where the best values lie, and what to do about it. */
export function LessonsCard() {
  const found = useComputed(() => {
    const shares = knownImportances.value;
    return shares && lessons(parameters.value, ranked.value, shares, knownRecommended.value);
  }).value;
  const verdict = knownImportances.value && whichMatters(knownImportances.value);
  const isOrdered = knownImportances.value !== undefined && isClear(knownImportances.value); // then the verdict begins with a name, which keeps its case
  const costs = found?.some(({ cost }) => cost) ? knownRecommended.value : undefined;
  const note = objectives.value.length > 1 ? `of ${cut(objectives.value[0]!.name, 30)}` : undefined;
  return (
    <Card
      title="What matters"
      {...(note ? { note } : {})}
      tools={
        <button type="button" class="plain" onClick={() => (view.value = 'parameters')}>
          all parameters
        </button>
      }
    >
      {found ? (
        <>
          {verdict && <p class="note verdict">{isOrdered ? `${cut(verdict, 200)}.` : sentence(verdict)}</p>}
          <ul class={isOrdered ? 'lessons' : 'lessons is-open'}>
            {found.slice(0, LESSONS_LISTED).map(({ name, share, interval: [low, high], cost, text }) => (
              <li key={name}>
                <span class="lesson-name" title={cut(name, 400)}>
                  {cut(name, 18)}
                </span>
                <span class="lesson-bar" aria-hidden="true">
                  <span style={{ width: `${100 * share}%` }} />
                  <i style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
                </span>
                <b title={`90 % interval: ${percent(low)} to ${percent(high)}`}>{percent(share)}</b>
                {(cost ?? text) && <p class="note">{[cost, text].filter(Boolean).join(' ')}</p>}
              </li>
            ))}
          </ul>
          {costs && <p class="note">Bars: share of the variation of all results. Texts: what a change costs at trial {costs.trial}.</p>}
        </>
      ) : (
        <p class="nothing" style={isFinding() ? { minHeight: reserved() } : {}}>
          {nothingFound()}
        </p>
      )}
    </Card>
  );
}
