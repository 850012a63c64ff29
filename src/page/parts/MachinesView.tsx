import { phaseText } from '../../../streams/explanation/phases.ts';
import type { Machine, MachineNews } from '../../../streams/explanation/watch.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import type { ChartData } from '../../strategy/env.ts';
import { lookAt } from '../state/selection.ts';
import { machines } from '../state/store.ts';

/** The machines of the strategies as nested states, with their last transition. */
export function MachinesView() {
  const seen = machines.value;
  if (seen === undefined) return <p class="nothing">Loading…</p>;
  if (seen.type === 'none') return <p class="nothing">The machines cannot be shown: {cut(seen.why, 300)}</p>;
  const news = new Map(seen.news.map((one) => [one.path, one]));
  return (
    <>
      <p class="note">
        {seen.asks ? 'Live from this process.' : 'Replayed from the log, which does not hold asks: phases show as of its end.'}
      </p>
      <div class="machines">
        {seen.machines.map((machine) => (
          <MachineCard key={machine.path} machine={machine} news={news.get(machine.path)} />
        ))}
      </div>
    </>
  );
}

function MachineCard({ machine: { path, chart }, news }: { readonly machine: Machine; readonly news: MachineNews | undefined }) {
  const last = news?.last;
  const states = Object.entries(chart.states);
  return (
    <section class={`machine ${news?.over ? 'is-over' : ''}`} aria-label={`machine ${cut(path, 80)}`}>
      <header>
        <h2>{cut(path || 'root', 60)}</h2>
        {news?.over && <span class="badge">done</span>}
        <span class="machine-last">
          {last ? (
            <>
              last <b>{spaced(last.event)}</b>
              {last.trial === undefined ? '' : ` of trial ${last.trial}`}
            </>
          ) : (
            'nothing yet'
          )}
        </span>
      </header>
      <PhaseNow chart={chart} news={news} path={path} />
      <div class="chart-state is-outer is-active">
        <ul class="transitions">
          {Object.entries(chart.anywhere).map(([event, target]) => (
            <Transition key={event} event={event} target={target} count={moves(news, (to) => to.endsWith(` ${event}`))} />
          ))}
          {Object.entries(news?.counts ?? {}).map(([event, count]) => (
            <Transition key={event} event={event} count={count} isLast={last?.event === event} />
          ))}
        </ul>
        {states.length > 1 && (
          <div class="chart-states">
            {states.map(([state, on]) => (
              <State key={state} state={state} on={on} isInitial={state === chart.initial} news={news} />
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

/** What a strategy does now, and the phases that led there. */
function PhaseNow({
  chart: { id },
  news,
  path,
}: {
  readonly chart: ChartData;
  readonly news: MachineNews | undefined;
  readonly path: string;
}) {
  const text = news && phaseText(`${id}.${news.phase}`);
  const history = news?.history ?? [];
  return (
    <>
      {text && (
        <p class="phase-now">
          <b>{cut(path.split('/').at(-1) || 'It', 40)}</b> {text}.
        </p>
      )}
      {history.length > 1 && (
        <ol class="phases" aria-label="Phases so far">
          {history.map(({ phase: before, trial }, i) => (
            <li key={`${i} ${before}`} class={i === history.length - 1 ? 'is-active' : ''}>
              {spaced(before)}
              {trial !== undefined && (
                <button
                  type="button"
                  class="plain"
                  aria-label={`trial ${trial}, which led to ${spaced(before)}`}
                  onClick={() => lookAt(trial)}
                >
                  {trial}
                </button>
              )}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function State({
  state,
  on,
  isInitial,
  news,
}: {
  readonly state: string;
  readonly on: ChartData['states'][string];
  readonly isInitial: boolean;
  readonly news: MachineNews | undefined;
}) {
  const isActive = news?.phase === state;
  const rows = on === 'final' ? [] : Object.entries(on);
  return (
    <div
      class={`chart-state ${isActive ? 'is-active' : ''} ${on === 'final' ? 'is-final' : ''}`}
      aria-current={isActive ? 'step' : undefined}
    >
      <h3>
        {isInitial && <span class="initial" title="initial" />}
        {spaced(state)}
      </h3>
      {rows.length > 0 && (
        <ul class="transitions">
          {rows.map(([event, target]) => (
            <Transition key={event} event={event} target={target} count={moves(news, (to) => to === `${state} ${event}`)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Transition({
  event,
  target,
  count,
  isLast = false,
}: {
  readonly event: string;
  readonly target?: string;
  readonly count: number;
  readonly isLast?: boolean;
}) {
  return (
    <li class={`${isLast ? 'is-last' : ''} ${count === 0 ? 'is-unused' : ''}`}>
      <span>
        {cut(spaced(event), 40)}
        {target && <> → {cut(spaced(target), 40)}</>}
      </span>
      <b>{count}</b>
    </li>
  );
}

/** How often a machine moved. @param which by the state that it left and the event */
const moves = (news: MachineNews | undefined, which: (name: string) => boolean): number =>
  Object.entries(news?.moves ?? {}).reduce((sum, [name, count]) => (which(name) ? sum + count : sum), 0);

/** Turns `fallingBack` into words. */
const spaced = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
