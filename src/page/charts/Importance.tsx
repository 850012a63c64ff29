import { useComputed } from '@preact/signals';
import { importanceHeight, importanceOption } from '../../insight/figures/importance.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { isFinding, useFindings } from '../state/findings.ts';
import { knownImportances } from '../state/store.ts';
import { Chart } from './Chart.tsx';

/** How much each parameter matters, by two measures. */
export function Importance() {
  const known = knownImportances.value;
  useFindings();
  const option = useComputed(() => importanceOption(knownImportances.value, theme));
  return (
    <Card
      title="Importance"
      note="fANOVA: share of the variation over the whole space; PED-ANOVA: how much it distinguishes the best tenth; point at a bar for its 90 % interval"
    >
      {known ? (
        <Chart label="Importance of each parameter" option={option.value} height={importanceHeight(known)} />
      ) : (
        <p class="nothing">{isFinding() ? 'Computing…' : 'Needs a few more results.'}</p>
      )}
    </Card>
  );
}
