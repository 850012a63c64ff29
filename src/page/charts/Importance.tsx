import { importancePlan } from '../../insight/figures/importance.ts';
import { Pick } from '../parts/Card.tsx';
import { nothingFound, useFindings, useImportances } from '../state/findings.ts';
import { at, connection, knownImportances, objectives } from '../state/store.ts';
import { into, kept } from '../state/url.ts';
import { ChartCard } from './ChartCard.tsx';

const chosenObjective = kept('of');

/** How much each parameter matters for an objective, by two measures. */
export function Importance() {
  useFindings();
  const names = objectives.value.map(({ name }) => name);
  const of = names.find((name) => name === chosenObjective.value) ?? names[0]!;
  const others = useImportances(of === names[0] ? undefined : { objective: of, at: at.value });
  const known = (of === names[0] ? knownImportances.value : others) ?? undefined;
  const plan = importancePlan(known, of);
  return (
    <ChartCard
      plan={{ ...plan, note: `${plan.note}; point at a bar for its 90 % interval` }}
      tools={
        names.length > 1 && connection.value !== 'file' && <Pick label="objective" of={names} value={of} pick={into(chosenObjective)} />
      }
      nothing={!known && (others === undefined && of !== names[0] ? 'Computing…' : nothingFound())}
    />
  );
}
