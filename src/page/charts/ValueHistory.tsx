import { cut } from '../../insight/figures/drawing/format.ts';
import { historyOption, historyPoints } from '../../insight/figures/history.ts';
import { ofMetric } from '../../insight/figures/study.ts';
import { theme } from '../lib/theme.ts';
import { Pick } from '../parts/Card.tsx';
import { metricNames } from '../state/columns.ts';
import { figures } from '../state/figures.ts';
import { chosenView, objectives } from '../state/store.ts';
import { kept } from '../state/url.ts';
import { ChartCard } from './ChartCard.tsx';
import { trialPoints } from './points.ts';

const chosenMetric = kept('metric');

/** The value of each trial, and the best so far, or a metric instead. A strip below shows trials without a value. */
export function ValueHistory({ objective: k }: { readonly objective: number }) {
  const { name = 'value', direction } = objectives.value[k] ?? {};
  const metrics = k === 0 ? metricNames.value : [];
  const metric = metrics.find((one) => one === chosenMetric.value);
  const study = metric === undefined ? figures : ofMetric(figures, metric);
  const option = historyOption(study, theme, metric === undefined ? k : 0);
  return (
    <ChartCard
      title={cut(metric ?? name, 60)}
      note={metric !== undefined ? 'a metric' : direction === 'maximize' ? 'higher is better' : 'lower is better'}
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
      label={`Value of each trial, ${metric ?? name}${metric === undefined ? ', and the best so far' : ''}`}
      option={metric === undefined ? option : { ...option, series: [] }}
      height={224}
      trials={trialPoints(historyPoints(study, metric === undefined ? k : 0))}
    />
  );
}
