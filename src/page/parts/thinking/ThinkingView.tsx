import { phaseText } from '../../../../streams/explanation/phases.ts';
import type { Machine, MachineNews } from '../../../../streams/explanation/watch.ts';
import { cut } from '../../../insight/figures/drawing/format.ts';
import { Contour, contourAxes } from '../../charts/Contour.tsx';
import { Importance } from '../../charts/Importance.tsx';
import { ValueHistory } from '../../charts/ValueHistory.tsx';
import { spaced } from '../../lib/chartGraph.ts';
import { noMoment, useMoment } from '../../state/moment.ts';
import { at, nextRow, objectives, rows } from '../../state/store.ts';
import { into, kept } from '../../state/url.ts';
import { FrontCard } from '../answer/FrontCard.tsx';
import { Card, TrialLink } from '../Card.tsx';
import { NextTrial } from './NextTrial.tsx';
import { ChartPicture } from './Statechart.tsx';

const chosen = kept('machine');

/** What the strategies think after the entry that is shown: the model's landscape, the next trial and why, and the machines. */
export function ThinkingView() {
  const moment = useMoment(...contourAxes.value);
  return (
    <div class="cards is-pairs">
      <Contour />
      <Card title="Strategies" note={at.value === undefined ? 'after the last entry' : `after entry ${at.value}`}>
        {moment && moment.machines.length > 0 ? (
          <Machines machines={moment.machines} news={moment.news} />
        ) : (
          <p class="nothing">{noMoment.value === undefined ? 'Replaying the log…' : cut(noMoment.value, 300)}</p>
        )}
        <NextTrial />
      </Card>
      {objectives.value.length > 1 ? <FrontCard /> : <ValueHistory objective={0} />}
      <Importance />
    </div>
  );
}

function Machines({ machines, news }: { readonly machines: readonly Machine[]; readonly news: readonly MachineNews[] }) {
  const by = (nextRow.value ?? rows.value.at(-1))?.by;
  const shown = machines.find(({ path }) => path === chosen.value) ?? machines.find(({ path }) => path === by) ?? machines[0]!;
  const newsOf = (path: string) => news.find((one) => one.path === path);
  const now = newsOf(shown.path);
  return (
    <>
      <ul class="machine-tree" aria-label="Strategies by path">
        {machines
          .toSorted((a, b) => (a.path < b.path ? -1 : 1))
          .map(({ path }) => (
            <li key={path} style={{ marginLeft: `${(path.split('/').length - 1) * 1.1}rem` }} class={isOn(path, by) ? 'is-on' : ''}>
              <button type="button" class="plain" aria-pressed={path === shown.path} onClick={() => into(chosen)(path)}>
                {cut(path.split('/').at(-1) || 'root', 40)}
              </button>
              <span>{newsOf(path)?.over ? 'done' : spaced(newsOf(path)?.phase ?? '')}</span>
            </li>
          ))}
      </ul>
      <p class="words">
        <b>{cut(shown.path.split('/').at(-1) || 'the strategy', 40)}</b>{' '}
        {phaseText(`${shown.chart.id}.${now?.phase ?? shown.chart.initial}`) ?? `is in ${spaced(now?.phase ?? '')}`}.
      </p>
      <ChartPicture name={shown.path} chart={shown.chart} news={now} />
      <Phases history={now?.history ?? []} />
    </>
  );
}

/** Whether the next suggestion, or the last one, came through a strategy. */
const isOn = (path: string, by: string | undefined): boolean =>
  by !== undefined && (by === path || by.startsWith(`${path}/`) || path === '');

/** The phases that led to the current one. */
function Phases({ history }: { readonly history: MachineNews['history'] }) {
  if (history.length < 2) return null;
  return (
    <ol class="phases" aria-label="Phases so far">
      {history.map(({ phase, trial }, i) => (
        <li key={`${i} ${phase}`} class={i === history.length - 1 ? 'is-active' : ''}>
          {spaced(phase)}
          {trial !== undefined && (
            <TrialLink trial={trial} label={`trial ${trial}, which led to ${spaced(phase)}`}>
              {trial}
            </TrialLink>
          )}
        </li>
      ))}
    </ol>
  );
}
