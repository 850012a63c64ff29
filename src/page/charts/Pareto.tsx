import { useComputed } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import { pairsOf, paretoOption } from '../../insight/figures/pareto.ts';
import { trialsOver } from '../../insight/figures/points.ts';
import { theme } from '../lib/theme.ts';
import { Card } from '../parts/Card.tsx';
import { figures, objectives, onFront, parameters, rows } from '../state/store.ts';
import { Chart } from './Chart.tsx';
import { trialPoints } from './points.ts';

/** The front over each pair of objectives. */
export function Pareto() {
  const best = useComputed(() => new Set(onFront.value.map(({ trial }) => trial)));
  const names = objectives.value.map(({ name }) => name);
  const pairs = pairsOf(names.length);
  return (
    <>
      <p class="note">
        {best.value.size} of {rows.value.length} trials are on the front: no other trial is at least as good in every objective and better
        in one.
      </p>
      <div class={pairs.length > 1 ? 'cards' : ''}>
        {pairs.map(([a, b]) => (
          <Card key={`${a} ${b}`} title={`${cut(names[a]!, 30)} and ${cut(names[b]!, 30)}`}>
            <Pair a={a} b={b} tall={pairs.length === 1} />
          </Card>
        ))}
      </div>
    </>
  );
}

interface PairProps {
  readonly a: number;
  readonly b: number;
  readonly tall: boolean;
}

function Pair({ a, b, tall }: PairProps) {
  const option = useComputed(() => paretoOption(figures, theme, [a, b]));
  const trials = useComputed(() => trialPoints(trialsOver(figures, parameters.value.length + a, parameters.value.length + b)));
  return (
    <Chart
      label={`${cut(objectives.value[a]?.name ?? '', 60)} against ${cut(objectives.value[b]?.name ?? '', 60)}, with the front`}
      option={option.value}
      height={tall ? 460 : 320}
      trials={trials.value}
    />
  );
}
