import { useComputed } from '@preact/signals';
import { historyOption, historyPoints } from '../../insight/figures/history.ts';
import { theme } from '../lib/theme.ts';
import { figures, objectives } from '../state/store.ts';
import { Chart } from './Chart.tsx';
import { trialPoints } from './points.ts';

/** The value of each trial, and the best so far. A strip below shows trials without a value. */
export function ValueHistory({ objective: k = 0 }: { readonly objective?: number }) {
  const option = useComputed(() => historyOption(figures, theme, k));
  const trials = useComputed(() => trialPoints(historyPoints(figures, k)));
  return (
    <Chart
      label={`Value of each trial${objectives.value[k] ? `, ${objectives.value[k].name}` : ''}, and the best so far`}
      option={option.value}
      trials={trials.value}
    />
  );
}
