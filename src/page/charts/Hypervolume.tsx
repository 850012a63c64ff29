import { useComputed } from '@preact/signals';
import { hypervolumeOption } from '../../insight/figures/hypervolumes.ts';
import { theme } from '../lib/theme.ts';
import { figures } from '../state/figures.ts';
import { ChartCard } from './ChartCard.tsx';

/** The volume that the front dominates, by trial. */
export function Hypervolume() {
  const option = useComputed(() => hypervolumeOption(figures, theme));
  return (
    <ChartCard
      title="Hypervolume"
      note="the volume that the front dominates, up to the worst result of each objective; it grows as the front improves"
      label="Hypervolume of the front, by trial"
      option={option.value}
    />
  );
}
