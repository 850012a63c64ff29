import { computed } from '@preact/signals';
import type { ChartState, ChartTransition } from '../../../../streams/explanation/chart.ts';
import { phaseText } from '../../../../streams/explanation/phases.ts';
import type { Machine, MachineNews } from '../../../../streams/explanation/watch.ts';
import { cut } from '../../../figures/drawing/format.ts';
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
        {seen.asks
          ? 'Live from this process.'
          : 'Replayed from the log: the phases are those of the engine. Asks are not part of the log, so they are not counted.'}
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
      <PhaseNow news={news} path={path} />
      {chart ? <State state={chart} news={news} outer /> : <Fold news={news} />}
    </section>
  );
}

/** What a strategy does now, and the phases that led there. */
function PhaseNow({ news, path }: { readonly news: MachineNews | undefined; readonly path: string }) {
  const phase = news?.active.at(-1);
  const text = phase && phaseText(phase);
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
              {spaced(before.split('.').at(-1)!)}
              {trial !== undefined && (
                <button
                  type="button"
                  class="plain"
                  aria-label={`trial ${trial}, which led to ${spaced(before.split('.').at(-1)!)}`}
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

/** A strategy without phases: the events that it received. */
function Fold({ news }: { readonly news: MachineNews | undefined }) {
  return (
    <div class="chart-state is-active">
      <h3>no phases</h3>
      <ul class="transitions">
        {Object.entries(news?.counts ?? {}).map(([event, count]) => (
          <li key={event} class={news?.last?.event === event ? 'is-last' : ''}>
            <span>{cut(spaced(event), 40)}</span>
            <b>{count}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

function State({
  state,
  news,
  outer = false,
}: {
  readonly state: ChartState;
  readonly news: MachineNews | undefined;
  readonly outer?: boolean;
}) {
  const active = outer || (news?.active.includes(state.id) ?? false);
  return (
    <div
      class={`chart-state ${outer ? 'is-outer' : ''} ${active && !outer ? 'is-active' : ''} ${state.final ? 'is-final' : ''}`}
      aria-current={active && !outer ? 'step' : undefined}
    >
      <h3>
        {state.initial && <span class="initial" title="initial" />}
        {spaced(state.key)}
      </h3>
      {state.transitions.length > 0 && (
        <ul class="transitions">
          {state.transitions.map((transition) => (
            <Transition key={transition.id} transition={transition} news={news} inside={active} />
          ))}
        </ul>
      )}
      {state.states.length > 0 && (
        <div class="chart-states">
          {state.states.map((inner) => (
            <State key={inner.id} state={inner} news={news} />
          ))}
        </div>
      )}
    </div>
  );
}

function Transition({
  transition,
  news,
  inside,
}: {
  readonly transition: ChartTransition;
  readonly news: MachineNews | undefined;
  readonly inside: boolean;
}) {
  const { id, event, targets, guard } = transition;
  const count = news?.counts[id] ?? 0;
  const isLast = inside && count > 0 && news?.last?.event === event;
  return (
    <li class={`${isLast ? 'is-last' : ''} ${count === 0 ? 'is-unused' : ''}`}>
      <span>
        {eventName(event)}
        {guard && <i> if {spaced(guard)}</i>}
        {targets.length > 0 && <> → {targets.map((target) => spaced(target.split('.').at(-1)!)).join(', ')}</>}
      </span>
      <b>{count === 0 && event === 'ask' && !asksCounted.value ? '' : count}</b>
    </li>
  );
}

/** Whether the machines shown answer asks; replayed ones do not. */
const asksCounted = computed(() => machines.value?.type === 'machines' && machines.value.asks);

/** XState's own events in words. */
function eventName(event: string): string {
  if (event === '') return 'always';
  if (event.startsWith('xstate.done.')) return 'when it is done';
  if (event.startsWith('xstate.error.')) return 'when it fails';
  return event.startsWith('xstate.after.') ? 'after a time' : spaced(event);
}

/** Turns `fallingBack` into words. */
const spaced = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
