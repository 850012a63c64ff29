import { useComputed } from '@preact/signals';
import { cut } from '../../../insight/figures/drawing/format.ts';
import { tourOf } from '../../../insight/tour.ts';
import { figures } from '../../state/figures.ts';
import { at, latestRows, lookBackTo } from '../../state/store.ts';

/** The steps of the study's own story; each moves the slider. */
export function Tour() {
  const steps = useComputed(() => tourOf({ ...pick(), rows: latestRows.value })).value;
  if (steps.length < 2) return null;
  const now = steps.findLast(({ position }) => position <= (at.value ?? -1));
  return (
    <ol class="tour" aria-label="Tour of this study">
      {steps.map((step) => (
        <li key={`${step.position} ${step.text}`}>
          <button type="button" aria-current={step === now ? 'step' : undefined} onClick={() => lookBackTo(step.position)}>
            {cut(step.text, 120)}
          </button>
        </li>
      ))}
    </ol>
  );
}

const pick = () => ({ objectives: figures.objectives, parameters: figures.parameters, scales: figures.scales, columns: figures.columns });
