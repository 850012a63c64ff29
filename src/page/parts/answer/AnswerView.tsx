import { useComputed } from '@preact/signals';
import { formatNumber } from '../../../insight/figures/drawing/format.ts';
import { actionOf, verdictOn } from '../../../insight/recommendation/verdict.ts';
import { studyArgument } from '../../lib/home.ts';
import { useFindings } from '../../state/findings.ts';
import { detail, endedRows, knownRecommended, loading, objectives, onFront, ranked, rows } from '../../state/store.ts';
import { Card } from '../Card.tsx';
import { CommandLine } from '../Command.tsx';
import { BestCard } from './BestCard.tsx';
import { FrontCard } from './FrontCard.tsx';
import { LessonsCard } from './LessonsCard.tsx';
import { ProgressCard } from './ProgressCard.tsx';

/** What people open the page for: whether to go on, the best configuration, the progress of the study, and what it has learned. */
export const AnswerView = () => (
  <div class="answer" style={loading.value ? { minHeight: objectives.value.length > 1 ? '34rem' : '16rem' } : {}}>
    {loading.value ? (
      <Loading />
    ) : (
      <>
        <VerdictLine />
        {objectives.value.length > 1 ? <FrontCard /> : <BestCard />}
        <ProgressCard />
        <LessonsCard />
      </>
    )}
  </div>
);

/** What the server knows already, and how many trials have come: what the page would say of a part of them may be wrong. */
function Loading() {
  const { best, objective, trials = 0 } = detail.value ?? {};
  const loaded = rows.value.length;
  return (
    <>
      <p class="next">
        Loading: {loaded} of {trials} trials <progress value={loaded} max={trials} />
      </p>
      <Card title="Best configuration">
        <p class="value">
          <b>{formatNumber(best?.value)}</b> {objective?.name} <span class="note">trial {best?.trial}</span>
        </p>
      </Card>
    </>
  );
}

/** Whether to go on, why, and the command to do so. */
function VerdictLine() {
  useFindings();
  const verdict = useComputed(() =>
    verdictOn(
      { objectives: objectives.value, ranked: ranked.value, onFront: onFront.value, rows: endedRows.value, closed: detail.value?.closed },
      knownRecommended.value?.evidence,
    ),
  ).value;
  const one = detail.value;
  const address = one && studyArgument(one);
  const command = verdict && one && actionOf(verdict, address && ` ${address}`, one);
  return (
    <p class="next" aria-live="polite">
      {verdict?.text}
      {command && (
        <>
          {': '}
          <CommandLine text={command} />
        </>
      )}
    </p>
  );
}
