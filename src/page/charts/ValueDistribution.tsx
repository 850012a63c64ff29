import { useComputed } from '@preact/signals';
import { distributionOption } from '../../insight/figures/distribution.ts';
import { formatNumber } from '../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../insight/figures/study.ts';
import { theme } from '../lib/theme.ts';
import { figures } from '../state/figures.ts';
import { objectives, ranked } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';

/** The share of results that are at least as good as each value (empirical distribution function). */
export function ValueDistribution() {
  const option = useComputed(() => distributionOption(figures, theme));
  const [objective] = objectives.value;
  const middle = ranked.value[ranked.value.length >> 1];
  return (
    <ChartCard
      title="Distribution of results"
      note={middle && objective ? `half of the results are ${formatNumber(objectiveValue(middle, objective))} or better` : 'no result yet'}
      label="Share of results that are at least as good as a value"
      option={option.value}
    />
  );
}
