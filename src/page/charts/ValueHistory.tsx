import { ofMetric } from '../../insight/figures/figureStudy.ts';
import { historyPlan } from '../../insight/figures/history.ts';
import { Pick } from '../parts/Card.tsx';
import { metricNames } from '../state/columns.ts';
import { figures } from '../state/shownStudy.ts';
import { chosenView, objectives } from '../state/store.ts';
import { kept } from '../state/url.ts';
import { ChartCard } from './ChartCard.tsx';

const chosenMetric = kept('metric');

/** The value of each trial, and the best so far, or a metric instead. */
export function ValueHistory({ objective: k }: { readonly objective: number }) {
  const { name = 'value' } = objectives.value[k] ?? {};
  const metrics = k === 0 ? metricNames.value : [];
  const metric = metrics.find((one) => one === chosenMetric.value);
  const plan = metric === undefined ? historyPlan(figures, k) : historyPlan(ofMetric(figures, metric), 0, true);
  return (
    <ChartCard
      plan={{ ...plan, height: 224 }}
      tools={
        k === 0 && (
          <>
            {metrics.length > 0 && (
              <Pick
                label="y axis"
                of={[name, ...metrics]}
                value={metric ?? name}
                pick={(chosen) => {
                  chosenMetric.value = chosen === name ? '' : chosen;
                }}
              />
            )}
            <Pick label="x axis" {...chosenView.along} />
            <Pick label="scale" {...chosenView.scale} />
            <Pick label="range" {...chosenView.range} />
          </>
        )
      }
    />
  );
}
