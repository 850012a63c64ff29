import { choiceText } from '../../../../streams/explanation/phases.ts';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { notesIn } from '../../../study/notes.ts';
import { predictionOf } from '../../../study/prediction.ts';
import { lookBackTo, nextRow, objectives } from '../../state/store.ts';

/** The trial that was suggested after the entry that is shown, and why. */
export function NextTrial() {
  const next = nextRow.value;
  if (next === undefined) return null;
  const { phase } = notesIn(next.tags ?? {});
  const prediction = predictionOf(next, objectives.value);
  const why = choiceText(next.by, phase);
  return (
    <>
      <h3>Next</h3>
      <p class="words">
        <button type="button" class="plain" onClick={() => lookBackTo(next.suggested)}>
          trial {next.trial}
        </button>{' '}
        {why === undefined ? `by ${cut(next.by, 60)}` : cut(why, 300)}
        {prediction?.values.map(({ objective, mean, sd }) => (
          <span key={objective}>
            {' '}
            Predicted {cut(objective, 30)}
            {prediction.at !== undefined && ` at step ${prediction.at}`}: {formatNumber(mean)} ± {formatNumber(sd)}.
          </span>
        ))}
      </p>
    </>
  );
}
