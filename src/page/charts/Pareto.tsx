import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import { paretoPlans } from '../../insight/figures/pareto.ts';
import { figures } from '../state/shownStudy.ts';
import { PlanChart, Save } from './ChartCard.tsx';

interface ParetoProps {
  /** The trial that is marked. */
  readonly marked: FigureRow;
  readonly pick: (trial: number) => void;
}

/** The front over each pair of objectives. */
export const Pareto = ({ marked, pick }: ParetoProps) => (
  <div class="cards is-wide">
    {paretoPlans(figures, marked).map((plan) => (
      <figure key={plan.title}>
        <figcaption class="note">
          {plan.title} <Save plan={plan} />
        </figcaption>
        <PlanChart plan={plan} pick={pick} />
      </figure>
    ))}
  </div>
);
