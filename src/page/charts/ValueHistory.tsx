import { useComputed } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import { historyOption, historyPoints } from '../../insight/figures/history.ts';
import { theme } from '../lib/theme.ts';
import { Pick } from '../parts/Card.tsx';
import { figures } from '../state/figures.ts';
import { chosenView, objectives } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';
import { trialPoints } from './points.ts';

/** The value of each trial, and the best so far. A strip below shows trials without a value. */
export function ValueHistory({ objective: k }: { readonly objective: number }) {
  const option = useComputed(() => historyOption(figures, theme, k));
  const trials = useComputed(() => trialPoints(historyPoints(figures, k)));
  const { name = 'value', direction } = objectives.value[k] ?? {};
  return (
    <ChartCard
      title={cut(name, 60)}
      note={direction === 'maximize' ? 'higher is better' : 'lower is better'}
      tools={
        k === 0 && (
          <>
            <Pick label="x axis" {...chosenView.along} />
            <Pick label="scale" {...chosenView.scale} />
            <Pick label="range" {...chosenView.range} />
          </>
        )
      }
      label={`Value of each trial, ${name}, and the best so far`}
      option={option.value}
      height={224}
      trials={trials.value}
    />
  );
}
