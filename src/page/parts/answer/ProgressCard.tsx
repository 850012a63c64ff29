import { useComputed } from '@preact/signals';
import { constantTexts } from '../../../insight/constantResults.ts';
import { crashRegions, crashText } from '../../../insight/crashes.ts';
import { cut, duration, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../../insight/figures/figureStudy.ts';
import { reachedText, timeLeft, worked } from '../../../insight/gain.ts';
import { resumedText } from '../../../insight/resumedTrials.ts';
import { stateOfStudy } from '../../lib/home.ts';
import { at, detail, endedRows, objectives, parameters, running, strategy } from '../../state/store.ts';
import { Card, Term, TrialLink } from '../Card.tsx';
import { endings, progressText, WaitNote } from '../StudyState.tsx';

/** Running trials that are listed. */
const COUNTS_LISTED = 4;

/** The progress of the study, its remaining cost, and what runs now. */
export function ProgressCard() {
  const one = detail.value;
  const work = useComputed(() => worked(endedRows.value)).value;
  const faults = useComputed(() => [
    ...constantTexts({ objectives: objectives.value, strategy: strategy.value }, endedRows.value),
    ...[resumedText(endedRows.value)].filter((text) => text !== undefined),
    ...crashRegions(Object.fromEntries(parameters.value), endedRows.value).map(crashText),
  ]).value;
  if (one === undefined) return null;
  const { limits, phase, closed, ended, spent } = one;
  const more = limits.trials === undefined ? undefined : Math.max(one.open, limits.trials - ended);
  const left = phase === 'closed' || more === undefined ? undefined : timeLeft(endedRows.value, more, running.value.length);
  return (
    <Card title="Progress" note={phase === 'closed' ? (endings[closed!] ?? 'closed') : stateOfStudy(one)}>
      <dl class="pairs">
        <Term name="configurations">
          {limits.trials === undefined ? ended : progressText(one)}
          {one.failed > 0 && <span class="bad"> {one.failed} failed</span>}
        </Term>
        <Term name={phase === 'closed' ? 'took' : 'time'}>
          {duration(Math.max(0, one.at - one.createdAt))}
          {work > 0 && ` (${duration(work)} of training${one.parallel > 1 ? ` in ${one.parallel} slots` : ''})`}
        </Term>
        {left !== undefined && <Term name="time left">about {duration(left)}</Term>}
        {limits.cost !== undefined && (
          <Term name="cost">
            {formatNumber(one.cost)} of {formatNumber(limits.cost)} {one.examples === undefined ? 'steps' : 'results'}
          </Term>
        )}
        {Object.entries((at.value === undefined && limits.spend) || {}).map(([name, most]) => (
          <Term key={name} name={cut(name, 18)}>
            {formatNumber(spent[name] ?? 0)} of {formatNumber(most)}
          </Term>
        ))}
        {limits.target !== undefined && <Term name="target">{formatNumber(limits.target)}</Term>}
      </dl>
      {limits.plateau !== undefined && phase !== 'closed' && (
        <p class="note">The study ends after {limits.plateau} results without a better one.</p>
      )}
      {faults.map((text) => (
        <p class="note bad" key={text}>
          {text}
        </p>
      ))}
      <WaitNote of={one} />
      {phase !== 'closed' && <h3>Running now</h3>}
      {running.value.length === 0 ? (
        phase !== 'closed' && (
          <p class="note">{one.open > 0 ? `Nothing is running; ${one.open} wait for a trainer.` : 'Nothing is running.'}</p>
        )
      ) : (
        <ul class="running">
          {running.value.slice(0, COUNTS_LISTED).map((row) => (
            <li key={row.trial}>
              <TrialLink trial={row.trial} label={`running trial ${row.trial}`} />
              <span>
                {[
                  reachedText(row, row.budget),
                  row.values && `${objectives.value[0]!.name} ${formatNumber(objectiveValue(row, objectives.value[0]))}`,
                  row.trainer,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </li>
          ))}
          {running.value.length > COUNTS_LISTED && <li class="note">and {running.value.length - COUNTS_LISTED} more</li>}
        </ul>
      )}
    </Card>
  );
}
