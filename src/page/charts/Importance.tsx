import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { importanceHeight, importanceOption } from '../../insight/figures/importance.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import { theme } from '../lib/theme.ts';
import { Pick } from '../parts/Card.tsx';
import { get } from '../state/api.ts';
import { nothingFound, REST, useFindings } from '../state/findings.ts';
import { at, connection, foundAt, knownImportances, objectives } from '../state/store.ts';
import { kept, study } from '../state/url.ts';
import { ChartCard } from './ChartCard.tsx';

const chosenObjective = kept('of');

/** How much each parameter matters for an objective, by two measures. */
export function Importance() {
  useFindings();
  const names = objectives.value.map(({ name }) => name);
  const of = names.find((name) => name === chosenObjective.value) ?? names[0]!;
  const others = useOthers(of === names[0] ? undefined : of);
  const known = (of === names[0] ? knownImportances.value : others) ?? undefined;
  return (
    <ChartCard
      title="Importance"
      note="fANOVA: share of the variation over the whole space; PED-ANOVA: how much it distinguishes the best tenth; point at a bar for its 90 % interval"
      tools={
        names.length > 1 &&
        connection.value !== 'file' && (
          <Pick
            label="objective"
            of={names}
            value={of}
            pick={(name) => {
              chosenObjective.value = name;
            }}
          />
        )
      }
      nothing={!known && (others === undefined && of !== names[0] ? 'Computing…' : nothingFound())}
      label="Importance of each parameter"
      option={importanceOption(known, theme)}
      height={importanceHeight(known)}
    />
  );
}

/** The importances for an objective that is not the first one, by the results when those for the first one were computed; null if the results are too few. */
function useOthers(objective: string | undefined): Importances | null | undefined {
  const found = useSignal<Importances | null | undefined>(undefined);
  const position = at.value;
  const results = foundAt.value;
  useEffect(() => {
    found.value = undefined;
    if (objective === undefined) return;
    const query = new URLSearchParams({ objective, ...(position === undefined ? {} : { at: `${position}` }) });
    let isWanted = true;
    const take = (one: Importances | null) => {
      if (isWanted) found.value = one;
    };
    const later = setTimeout(() => void get<Importances | null>(`importance?${query}`).then(take, () => {}), REST);
    return () => {
      isWanted = false;
      clearTimeout(later);
    };
  }, [objective, position, results, study.value]);
  return found.value;
}
