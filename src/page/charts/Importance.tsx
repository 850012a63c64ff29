import { useComputed } from '@preact/signals';
import { importanceHeight, importanceOption } from '../../insight/figures/importance.ts';
import { theme } from '../lib/theme.ts';
import { isFinding, useFindings } from '../state/findings.ts';
import { knownImportances } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';

/** How much each parameter matters, by two measures. */
export function Importance() {
  const known = knownImportances.value;
  useFindings();
  const option = useComputed(() => importanceOption(knownImportances.value, theme));
  return (
    <ChartCard
      title="Importance"
      note="fANOVA: share of the variation over the whole space; PED-ANOVA: how much it distinguishes the best tenth; point at a bar for its 90 % interval"
      nothing={!known && (isFinding() ? 'Computing…' : 'Needs a few more results.')}
      label="Importance of each parameter"
      option={option.value}
      height={importanceHeight(known)}
    />
  );
}
