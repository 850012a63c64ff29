import { useComputed } from '@preact/signals';
import { lanesOf, timelineHeight, timelineOption } from '../../insight/figures/timeline.ts';
import { theme } from '../lib/theme.ts';
import { figures } from '../state/figures.ts';
import { rows } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';

/** When and on which trainer each trial ran. */
export function Timeline() {
  const lanes = useComputed(() => lanesOf(rows.value));
  const option = useComputed(() => timelineOption(figures, theme, lanes.value));
  return (
    <ChartCard
      title="Timeline"
      note="by trainer"
      nothing={lanes.value.names.length === 0 && 'No trials have started yet.'}
      label="When each trial ran, by trainer"
      option={option.value}
      height={timelineHeight(lanes.value)}
    />
  );
}
