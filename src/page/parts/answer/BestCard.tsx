import { useComputed, useSignal } from '@preact/signals';
import { atEdges, edgeText } from '../../../insight/edges.ts';
import { luckText } from '../../../insight/examples/texts.ts';
import { formatNumber, sentence } from '../../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../../insight/figures/figureStudy.ts';
import { gainOf, gainText } from '../../../insight/gain.ts';
import { earlyTexts } from '../../../insight/recommendation/earlyStopping.ts';
import { repetitionText } from '../../../insight/recommendation/repeats.ts';
import { detail, knownRecommended, objectives, parameters, ranked, rows, shownRow } from '../../state/store.ts';
import { Card } from '../Card.tsx';
import { TrialParameters } from './TrialParameters.tsx';

/** The best configuration and what it gained; with noise, the one to deploy. */
export function BestCard() {
  const wantsRecommended = useSignal(false);
  const gain = useComputed(() => {
    const [objective] = objectives.value;
    return objective && gainOf(ranked.value, objective);
  }).value;
  const edges = useComputed(() => {
    const results = (detail.value?.completed ?? 0) + (detail.value?.stopped ?? 0);
    return atEdges(Object.fromEntries(parameters.value), ranked.value, results).map(edgeText);
  }).value;
  const { examples } = detail.value ?? {};
  const evaluated = useComputed(() => rows.value.filter(({ values, resumes }) => values && resumes === undefined).length).value;
  const [objective] = objectives.value;
  if (gain === undefined || objective === undefined) return <Card title="Best configuration" nothing="No result yet." />;
  const { best } = gain;
  const recommended = knownRecommended.value;
  const other = recommended && recommended.trial !== best.trial ? shownRow(recommended.trial) : undefined;
  const shown = wantsRecommended.value && other ? other : shownRow(best.trial)!;
  const value = formatNumber(objectiveValue(shown, objective));
  return (
    <Card
      title="Best configuration"
      tools={
        other && (
          <span class="switch">
            <button type="button" aria-pressed={shown !== other} onClick={() => (wantsRecommended.value = false)}>
              best result
            </button>
            <button type="button" aria-pressed={shown === other} onClick={() => (wantsRecommended.value = true)}>
              recommended
            </button>
          </span>
        )
      }
    >
      <p class="value">
        <b>{value}</b> {objective.name}{' '}
        <span class="note">
          trial {shown.trial}
          {examples !== undefined && `, ${shown.step === examples ? 'all' : `${shown.step} of`} ${examples} examples`}
        </span>
      </p>
      <p class="note">
        {shown === other
          ? 'If results are noisy, the best one may be luck.'
          : sentence(gainText(gain, objective) ?? 'no gain over the first results yet')}
        {shown.trial === recommended?.trial && recommended.repetition ? ` ${sentence(repetitionText(recommended.repetition))}` : ''}
      </p>
      {examples !== undefined && evaluated > 1 && <p class="note">{luckText(evaluated)}</p>}
      {[...(recommended?.early ? earlyTexts(recommended.early) : []), ...edges].map((text) => (
        <p class="note" key={text}>
          {sentence(text)}
        </p>
      ))}
      <TrialParameters of={shown} />
    </Card>
  );
}
