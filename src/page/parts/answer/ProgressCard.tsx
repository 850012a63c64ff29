import { useComputed } from '@preact/signals';
import { constantTexts } from '../../../insight/constantResults.ts';
import { crashRegions, crashText } from '../../../insight/crashes.ts';
import { duration, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../../insight/figures/study.ts';
import { type FrontGrowth, frontGrowth, gainOf, timeLeft, worked } from '../../../insight/progress.ts';
import { lookAt } from '../../state/selection.ts';
import { detail, endedRows, objectives, onFront, parameters, ranked, rows, strategy } from '../../state/store.ts';
import { Card } from '../Card.tsx';
import { endings } from '../StudyState.tsx';

/** Running trials that are listed. */
const LISTED = 4;

/** The progress of the study, its remaining cost, whether it still improves, and what runs now. */
export function ProgressCard() {
  const one = detail.value;
  const figures = useComputed(() => {
    const [objective] = objectives.value;
    const several = objectives.value.length > 1;
    return {
      gain: several ? undefined : objective && gainOf(ranked.value, endedRows.value, objective),
      growth: several ? frontGrowth(onFront.value, endedRows.value) : undefined,
      work: worked(endedRows.value),
    };
  }).value;
  const faults = useComputed(() => [
    ...constantTexts({ objectives: objectives.value, strategy: strategy.value }, endedRows.value),
    ...crashRegions(Object.fromEntries(parameters.value), endedRows.value).map(crashText),
  ]).value;
  const running = useComputed(() => rows.value.filter(({ state }) => state === 'running')).value;
  if (one === undefined) return null;
  const { limits, phase, closed, configurations } = one;
  const more = limits.trials === undefined ? undefined : Math.max(0, limits.trials - configurations) + one.open;
  const left = phase === 'closed' || more === undefined ? undefined : timeLeft(endedRows.value, more, running.length);
  const results = one.completed + one.stopped;
  return (
    <Card title="Progress" note={phase === 'closed' ? (endings[closed!] ?? 'closed') : phase}>
      <dl class="pairs">
        <Line name="configurations">
          {limits.trials === undefined ? configurations : `${configurations} of ${limits.trials}`}
          {one.failed > 0 && <span class="bad"> {one.failed} failed</span>}
        </Line>
        <Line name="time">
          {duration(Math.max(0, one.at - one.createdAt))}
          {figures.work > 0 && `; training ${duration(figures.work)}`}
        </Line>
        {left !== undefined && <Line name="time left">about {duration(left)} at this rate</Line>}
        {limits.cost !== undefined && (
          <Line name="cost">
            {formatNumber(one.cost)} of {formatNumber(limits.cost)} steps
          </Line>
        )}
        {limits.target !== undefined && <Line name="target">{formatNumber(limits.target)}</Line>}
      </dl>
      {figures.gain && <p class="worth">{worthText(figures.gain.since, results, phase === 'closed', limits.plateau)}</p>}
      {figures.growth && <p class="worth">{growthText(figures.growth, onFront.value.length, results, phase === 'closed')}</p>}
      {faults.map((text) => (
        <p class="note bad" key={text}>
          {text}
        </p>
      ))}
      <h3>Running now</h3>
      {running.length === 0 ? (
        <p class="note">{one.open > 0 ? `No trial runs; ${one.open} wait for a trainer.` : 'No trial runs.'}</p>
      ) : (
        <ul class="running">
          {running.slice(0, LISTED).map((row) => (
            <li key={row.trial}>
              <button type="button" class="plain" aria-label={`running trial ${row.trial}`} onClick={() => lookAt(row.trial)}>
                trial {row.trial}
              </button>
              <span>
                {[
                  row.step !== undefined && `step ${row.step}${row.budget === undefined ? '' : ` of ${row.budget}`}`,
                  row.values && `${objectives.value[0]!.name} ${formatNumber(objectiveValue(row, objectives.value[0]))}`,
                  row.trainer,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </li>
          ))}
          {running.length > LISTED && <li class="note">and {running.length - LISTED} more</li>}
        </ul>
      )}
    </Card>
  );
}

const Line = ({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Whether it is worth continuing, in one sentence: the best result is recent, or not. @param since how many results came after the best */
function worthText(since: number, results: number, isOver: boolean, plateau: number | undefined): string {
  const end = plateau === undefined || isOver ? '' : ` The study ends after ${plateau} results without one.`;
  if (since > 1 && since >= results / 4) return `No improvement in the last ${since} of ${results} results.${end}`;
  if (since === 0) return isOver ? 'The last result is the best: more trials may help.' : 'The last result is the best so far.';
  const age = since === 1 ? 'the second to last result' : `${since} of ${results} results ago`;
  return isOver
    ? `The best result is recent (${age}): more trials may help.`
    : `It still improves: the best result is recent (${age}).${end}`;
}

/** The same for a front. */
function growthText({ since, recent, quarter }: FrontGrowth, size: number, results: number, isOver: boolean): string {
  if (recent === 0) return `No trial of the last ${since} of ${results} results is on the front.`;
  const part = `${recent} of the ${size} trials on the front are among the last ${quarter} of ${results} results`;
  return isOver ? `${part}: more trials may help.` : `The front still grows: ${part}.`;
}
