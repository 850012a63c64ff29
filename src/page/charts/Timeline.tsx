import { useComputed } from '@preact/signals';
import { lanesOf, timelineHeight, timelineOption } from '../../insight/figures/timeline.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { selected } from '../state/selection.ts';
import { figures, rows } from '../state/store.ts';
import { Chart } from './Chart.tsx';

/** When and on which trainer each trial ran. */
export function Timeline() {
  const lanes = useComputed(() => lanesOf(rows.value));
  const option = useComputed(() => {
    const chosen = selected.value;
    return timelineOption(figures, theme, lanes.value, (index) => chosen[index] === 1);
  });
  return (
    <Card title="Timeline" note="by trainer">
      {lanes.value.names.length > 0 ? (
        <Chart label="When each trial ran, by trainer" option={option.value} height={timelineHeight(lanes.value)} />
      ) : (
        <p class="nothing">No trials have started yet.</p>
      )}
    </Card>
  );
}
