import { useComputed } from '@preact/signals';
import { cut, percent } from '../../insight/figures/drawing/format.ts';
import { trialsOver } from '../../insight/figures/points.ts';
import { sliceOption, sliceOrder } from '../../insight/figures/slice.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures, objectives, parameters } from '../state/store.ts';
import { Chart } from './Chart.tsx';
import { trialPoints } from './points.ts';

/** The value over each single parameter, the most important first. */
export function Slices() {
  return (
    <div class="cards">
      {sliceOrder(figures).map(({ name, axis, share }) => (
        <Card key={name} title={cut(name, 40)} note={noteOf(share)}>
          <Slice axis={axis} />
        </Card>
      ))}
    </div>
  );
}

/** The vertical axis, and how much of it the parameter explains. */
function noteOf(share: number | undefined): string {
  const value = cut(objectives.value[0]?.name ?? 'value', 30);
  return share === undefined ? value : `explains ${percent(share)} of ${value}`;
}

function Slice({ axis }: { readonly axis: number }) {
  const option = useComputed(() => sliceOption(figures, theme, axis));
  const trials = useComputed(() => trialPoints(trialsOver(figures, axis, parameters.value.length)));
  const name = parameters.value[axis]?.[0] ?? '';
  return (
    <Chart
      label={`Value over ${cut(name, 80)}, with the mean that a random forest predicts for completed trials`}
      option={option.value}
      height={210}
      trials={trials.value}
    />
  );
}
