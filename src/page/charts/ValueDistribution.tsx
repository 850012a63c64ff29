import { useComputed } from '@preact/signals';
import { distributionOption } from '../../insight/figures/distribution.ts';
import { formatNumber } from '../../insight/figures/drawing/format.ts';
import { objectiveValue } from '../../insight/figures/study.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures, objectives, ranked } from '../state/store.ts';
import { Chart } from './Chart.tsx';

/** The share of results that are at least as good as each value (empirical distribution function). */
export function ValueDistribution() {
  const option = useComputed(() => distributionOption(figures, theme));
  const [objective] = objectives.value;
  const middle = ranked.value[ranked.value.length >> 1];
  return (
    <Card
      title="Distribution of results"
      note={middle && objective ? `half of the results are ${formatNumber(objectiveValue(middle, objective))} or better` : 'no result yet'}
    >
      <Chart label="Share of results that are at least as good as a value" option={option.value} height={260} />
    </Card>
  );
}
