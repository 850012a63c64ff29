import { useComputed, useSignal } from '@preact/signals';
import { atEdges, edgeText } from '../../../insight/edges.ts';
import { formatNumber, sentence } from '../../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../../insight/figures/study.ts';
import { gainOf, gainText } from '../../../insight/progress.ts';
import type { Recommended } from '../../../server/feed/wire.ts';
import { useFindings } from '../../state/findings.ts';
import { detail, endedRows, knownRecommended, objectives, parameters, ranked, shownRow } from '../../state/store.ts';
import { Card } from '../Card.tsx';
import { TrialParameters } from './TrialParameters.tsx';

/** The best configuration and what it gained; with noise, the one to deploy. */
export function BestCard() {
  useFindings();
  const wantsRecommended = useSignal(false);
  const gain = useComputed(() => {
    const [objective] = objectives.value;
    return objective && gainOf(ranked.value, endedRows.value, objective);
  }).value;
  const edges = useComputed(() => {
    const results = (detail.value?.completed ?? 0) + (detail.value?.stopped ?? 0);
    return atEdges(Object.fromEntries(parameters.value), ranked.value, results).map(edgeText);
  }).value;
  const [objective] = objectives.value;
  if (gain === undefined || objective === undefined) {
    return (
      <Card title="Best configuration">
        <p class="nothing">No result yet.</p>
      </Card>
    );
  }
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
        <b>{value}</b> {objective.name} <span class="note">trial {shown.trial}</span>
      </p>
      <p class="note">
        {shown === other
          ? `If results are noisy, the best one may be luck. A repetition of this one is expected to reach ${expectation(recommended?.expected)}.`
          : sentence(gainText(gain, objective) ?? 'no gain over the first results yet')}
        {shown !== other && recommended?.trial === best.trial && recommended.expected
          ? ` A repetition is expected to reach ${expectation(recommended.expected)}.`
          : ''}
      </p>
      {recommended?.gain && <p class="note">{furtherText(recommended.gain, objective.name)}</p>}
      {edges.map((text) => (
        <p class="note" key={text}>
          {text}.
        </p>
      ))}
      <TrialParameters of={shown} />
    </Card>
  );
}

const rounded = (value: number): string => formatNumber(Number(value.toPrecision(2)));

/** Whether it is worth continuing. */
const furtherText = ({ value, share }: NonNullable<Recommended['gain']>, objective: string): string =>
  `Further trials are expected to improve ${objective} by ${rounded(value)}: ${rounded(100 * share)} % of the difference between the best and the median result.`;

const expectation = (expected: { readonly mean: number; readonly sd: number } | undefined): string =>
  expected ? `${formatNumber(expected.mean)} ± ${formatNumber(Number(expected.sd.toPrecision(2)))}` : 'about the same';
