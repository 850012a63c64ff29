import { useSignal } from '@preact/signals';
import { choiceText, firstRungText, taggedPhaseText } from '../../../streams/explanation/phases.ts';
import type { Why } from '../../../streams/explanation/why.ts';
import { cut, duration, formatNumber } from '../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import { ownValue } from '../../schema/ownValue.ts';
import { notesIn } from '../../study/notes.ts';
import { predictionOf, tagsOfPrediction } from '../../study/prediction.ts';
import { parentsIn } from '../lib/parentsIn.ts';
import { get } from '../state/api.ts';
import { connection, objectives, rows, shownRow } from '../state/store.ts';
import { hasExamples } from '../state/useExamples.ts';
import { Term, TrialLink } from './Card.tsx';

/** The tags of the suggestion, and on demand the decision recomputed from the log. */
export function TrialReason({ row }: { readonly row: FigureRow }) {
  const why = useSignal<Why | string | undefined>(undefined);
  const asking = useSignal(false);
  const ask = async () => {
    asking.value = true;
    why.value = await get<Why>(`trials/${row.trial}/why`).catch((error: Error) => error.message);
    asking.value = false;
  };
  const { acquisition: _, phase, why: chosenFor, 'first rung': firstRung, ...notes } = notesIn(row.tags ?? {});
  const prediction = predictionOf(row, objectives.value);
  const [objective] = objectives.value;
  const came = objective && valueAt(row, objective.name, prediction?.at);
  const at = prediction?.at === undefined ? '' : ` at step ${prediction.at}`;
  const chosen = choiceText(row.by, phase);
  const stage = row.by.split('/').at(-1)!;
  return (
    <section>
      <h3>Why this trial</h3>
      <p class="path">
        {row.by.split('/').map((part, i) => (
          <span key={`${i} ${part}`}>{cut(part, 60)}</span>
        ))}
      </p>
      {chosen !== undefined && <p class="words">{cut(chosen, 400)}</p>}
      <dl class="pairs">
        {chosenFor !== undefined && <Term name={`${stage} was chosen for`}>{chosenFor}</Term>}
        {phase !== undefined && taggedPhaseText(phase) === undefined && <Term name="phase">{phase}</Term>}
        {prediction?.values.map(({ objective: name, mean, sd }) => (
          <Term
            key={`predicted ${name}`}
            name={`predicted${prediction.values.length > 1 ? ` ${name}` : ''}${at}`}
          >{`${formatNumber(mean)} ± ${formatNumber(sd)}`}</Term>
        ))}
        {prediction?.limit !== undefined && <Term name="equal to the model if worse than">{formatNumber(prediction.limit)}</Term>}
        {came !== undefined && prediction !== undefined && <Term name={`observed${at}`}>{formatNumber(came)}</Term>}
        {firstRung !== undefined && <Term name="trials compared from">{cut(firstRungText(firstRung), 400)}</Term>}
        {row.budget !== undefined && (
          <Term name={hasExamples.value ? 'planned examples' : 'budget'}>{`${row.budget}${hasExamples.value ? '' : rungOf(row)}`}</Term>
        )}
        {row.resumes !== undefined && (
          <Term name="resumes">
            <TrialLink trial={row.resumes} />
          </Term>
        )}
        {Object.entries(notes)
          .filter(([name]) => !tagsOfPrediction.includes(name))
          .map(([name, value]) => (
            <Term key={name} name={name}>
              {withParents(cut(value, 400))}
            </Term>
          ))}
        {typeof why.value === 'object' && <Recomputed why={why.value} />}
      </dl>
      {typeof why.value === 'string' && <p class="bad">{why.value}</p>}
      {why.value === undefined && connection.value !== 'file' && (
        <button type="button" disabled={asking.value} onClick={() => void ask()}>
          {asking.value ? 'Recomputing…' : 'Recompute from the log'}
        </button>
      )}
    </section>
  );
}

function Recomputed({ why }: { readonly why: Why }) {
  const { phases = {}, recomputed, impossible, stopped, milliseconds } = why;
  return (
    <>
      {stopped !== undefined && <Term name="stopped">{cut(stopped, 400)}</Term>}
      {Object.entries(phases).map(([path, phase]) => (
        <Term key={path} name={`phase of ${path}`}>
          {phase.split('.').at(-1)!}
        </Term>
      ))}
      {recomputed === 'equal' && (
        <Term name="recomputed">{`the same decision${milliseconds ? `, in ${duration(milliseconds)}` : ''}`}</Term>
      )}
      {typeof recomputed === 'object' && (
        <Term name="recomputed">{`${recomputed.field} differs: ${cut(JSON.stringify(recomputed.logged) ?? 'absent', 200)} in the log, ${cut(JSON.stringify(recomputed.recomputed) ?? 'absent', 200)} now`}</Term>
      )}
      {impossible !== undefined && <Term name="not recomputed">{cut(impossible, 400)}</Term>}
    </>
  );
}

function rungOf({ budget }: FigureRow): string {
  const budgets = [...new Set(rows.value.flatMap((row) => row.budget ?? []))].sort((a, b) => a - b);
  return budgets.length > 1 ? `, rung ${budgets.indexOf(budget!) + 1} of ${budgets.length}` : '';
}

/** The value of a trial at a step, or its first one after that step; its result if no step is given. */
function valueAt({ curve, status, budget, values }: FigureRow, name: string, at: number | undefined): number | undefined {
  if (at === undefined) return ownValue(values, name);
  for (let i = 0; i < curve.length; i += 2) if (curve[i]! >= at) return curve[i + 1];
  return status === 'completed' && budget === at ? ownValue(values, name) : undefined;
}

/** A tag with links to the parents that it names. */
function withParents(text: string): preact.ComponentChildren {
  const { before, parents } = parentsIn(text);
  if (parents.length === 0) return text;
  return (
    <>
      {before}
      {parents.map((trial, i) => (
        <span key={trial}>
          {i > 0 && ', '}
          {shownRow(trial) ? <TrialLink trial={trial} /> : trial}
        </span>
      ))}
    </>
  );
}
