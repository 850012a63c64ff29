import { useComputed } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import { trialsOver } from '../../insight/figures/points.ts';
import { sliceOption, sliceOrder } from '../../insight/figures/slice.ts';
import { theme } from '../lib/theme.ts';
import { figures } from '../state/figures.ts';
import { parameters } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';
import { trialPoints } from './points.ts';

/** The value over each single parameter, the most important first. */
export function Slices() {
  return (
    <div class="cards">
      {sliceOrder(figures).map(({ name, ...one }) => (
        <Slice key={name} {...one} />
      ))}
    </div>
  );
}

function Slice({ axis, note }: { readonly axis: number; readonly note?: string }) {
  const option = useComputed(() => sliceOption(figures, theme, axis));
  const trials = useComputed(() => trialPoints(trialsOver(figures, axis, parameters.value.length)));
  const name = parameters.value[axis]?.[0] ?? '';
  return (
    <ChartCard
      title={cut(name, 40)}
      note={note}
      label={`Value over ${cut(name, 80)}, with the mean that a random forest predicts`}
      option={option.value}
      height={210}
      trials={trials.value}
    />
  );
}
