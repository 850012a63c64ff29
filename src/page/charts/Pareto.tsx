import { useComputed } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import { pairsOf, paretoOption } from '../../insight/figures/pareto.ts';
import { trialsOver } from '../../insight/figures/points.ts';
import type { FigureRow } from '../../insight/figures/study.ts';
import { theme } from '../lib/theme.ts';
import { figures } from '../state/figures.ts';
import { objectives, parameters } from '../state/store.ts';
import { Chart } from './Chart.tsx';
import { figureOf, Save } from './ChartCard.tsx';
import { trialPoints } from './points.ts';

interface ParetoProps {
  /** The trial that is marked. */
  readonly marked: FigureRow;
  readonly pick: (trial: number) => void;
}

/** The front over each pair of objectives. */
export function Pareto(props: ParetoProps) {
  const pairs = pairsOf(objectives.value.length);
  return (
    <div class="cards is-wide">
      {pairs.map(([a, b]) => (
        <Pair key={`${a} ${b}`} a={a} b={b} tall={pairs.length === 1} {...props} />
      ))}
    </div>
  );
}

interface PairProps extends ParetoProps {
  readonly a: number;
  readonly b: number;
  readonly tall: boolean;
}

function Pair({ a, b, tall, marked, pick }: PairProps) {
  const trials = useComputed(() => trialPoints(trialsOver(figures, parameters.value.length + a, parameters.value.length + b)));
  const [x, y] = [a, b].map((k) => cut(objectives.value[k]!.name, 60));
  const title = `${x} and ${y}`;
  const chart = {
    label: `${x} against ${y}, with the front`,
    option: paretoOption(figures, theme, [a, b], marked),
    height: tall ? 400 : 260,
    trials: trials.value,
    pick,
  };
  return (
    <figure>
      <figcaption class="note">
        {title} <Save title={title} figure={() => figureOf({ title, ...chart })} />
      </figcaption>
      <Chart {...chart} />
    </figure>
  );
}
