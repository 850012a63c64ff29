import { useComputed } from '@preact/signals';
import { cut, percent } from '../../insight/figures/drawing/format.ts';
import { trialsOver } from '../../insight/figures/points.ts';
import { sliceOption, sliceOrder } from '../../insight/figures/slice.ts';
import { theme } from '../lib/theme.ts';
import { figures } from '../state/figures.ts';
import { objectives, parameters } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';
import { trialPoints } from './points.ts';

/** The value over each single parameter, the most important first. */
export function Slices() {
  return (
    <div class="cards">
      {sliceOrder(figures).map(({ name, axis, share }) => (
        <Slice key={name} axis={axis} share={share} />
      ))}
    </div>
  );
}

/** The vertical axis, and how much of it the parameter explains. */
function noteOf(share: number | undefined): string {
  const value = cut(objectives.value[0]?.name ?? 'value', 30);
  return share === undefined ? value : `explains ${percent(share)} of ${value}`;
}

function Slice({ axis, share }: { readonly axis: number; readonly share: number | undefined }) {
  const option = useComputed(() => sliceOption(figures, theme, axis));
  const trials = useComputed(() => trialPoints(trialsOver(figures, axis, parameters.value.length)));
  const name = parameters.value[axis]?.[0] ?? '';
  return (
    <ChartCard
      title={cut(name, 40)}
      note={noteOf(share)}
      label={`Value over ${cut(name, 80)}, with the mean that a random forest predicts for completed trials`}
      option={option.value}
      height={210}
      trials={trials.value}
    />
  );
}
