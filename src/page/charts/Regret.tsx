import { useComputed } from '@preact/signals';
import { cut, formatNumber } from '../../insight/figures/drawing/format.ts';
import { partsOf, regretPlan } from '../../insight/figures/regret.ts';
import { objectiveValue } from '../../insight/figures/study.ts';
import { figures } from '../state/figures.ts';
import { lookAt } from '../state/selection.ts';
import { objectives } from '../state/store.ts';
import { ChartCard } from './ChartCard.tsx';

/** How far the best value of each strategy in a composition is from the best of all, and what each has contributed. */
export function Regret() {
  const parts = useComputed(() => partsOf(figures));
  return (
    <ChartCard plan={regretPlan(figures, parts.value)}>
      <div class="scroll">
        <table class="small">
          <thead>
            <tr>
              <th>strategy</th>
              <th>trials</th>
              <th>completed</th>
              <th>improvements</th>
              <th>best</th>
            </tr>
          </thead>
          <tbody>
            {[...parts.value].map(([name, { trials, completed, wins, best }]) => (
              <tr key={name}>
                <td>{cut(name, 60)}</td>
                <td>{trials}</td>
                <td>{completed}</td>
                <td>{wins}</td>
                <td>
                  {best && (
                    <button type="button" class="plain" onClick={() => lookAt(best.trial)}>
                      {formatNumber(objectiveValue(best, objectives.value[0]))}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartCard>
  );
}
