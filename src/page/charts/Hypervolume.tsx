import { useComputed } from '@preact/signals';
import { hypervolumeOption } from '../../insight/figures/hypervolumes.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures } from '../state/store.ts';
import { Chart } from './Chart.tsx';

/** The volume that the front dominates, by trial. */
export function Hypervolume() {
  const option = useComputed(() => hypervolumeOption(figures, theme));
  return (
    <Card
      title="Hypervolume"
      note="the volume that the front dominates, up to the worst result of each objective; it grows as the front improves"
    >
      <Chart label="Hypervolume of the front, by trial" option={option.value} height={260} />
    </Card>
  );
}
