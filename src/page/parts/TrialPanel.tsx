import { useEffect } from 'preact/hooks';
import { clock, cut, formatNumber } from '../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import { reachedText, unfinishedText } from '../../insight/gain.ts';
import type { TrialEntry } from '../../server/feed/wire.ts';
import { ENQUEUED } from '../../study/shown.ts';
import { closedFor, get, submitAction } from '../state/api.ts';
import { focused, lookAt } from '../state/selection.ts';
import { connection, shownRow } from '../state/store.ts';
import { hasExamples } from '../state/useExamples.ts';
import { AnnotationCard } from './AnnotationCard.tsx';
import { Term } from './Card.tsx';
import { Feedback, useFeedback } from './Feedback.tsx';
import { Files } from './Files.tsx';
import { Trace } from './Trace.tsx';
import { TrialReason } from './TrialReason.tsx';
import { StateName } from './table/TrialTable.tsx';
import { useAnswer } from './useAnswer.ts';

/** One trial: its values, why it was suggested, and its facts. */
export function TrialPanel() {
  const trial = focused.value;
  const row = trial === undefined ? undefined : shownRow(trial);
  useEffect(() => {
    if (trial === undefined) return;
    const leave = (event: KeyboardEvent) => event.key === 'Escape' && !event.defaultPrevented && lookAt(undefined);
    addEventListener('keydown', leave);
    return () => removeEventListener('keydown', leave);
  }, [trial]);
  if (trial === undefined) return null;
  return (
    <aside class="trial" aria-label={`Trial ${trial}`}>
      <header>
        <h2>Trial {trial}</h2>
        {row && <StateName row={row} />}
        <button type="button" class="plain" aria-label="close this trial" onClick={() => lookAt(undefined)}>
          ✕
        </button>
      </header>
      {row ? <About row={row} key={trial} /> : <p class="nothing">There is no such trial.</p>}
    </aside>
  );
}

function About({ row }: { readonly row: FigureRow }) {
  const live = connection.value !== 'file';
  return (
    <>
      <Pairs of={row.values} title={titleOf(row)} />
      <Pairs of={row.metrics} title="Metrics" />
      <Pairs of={row.params} title="Parameters" />
      {(row.reason !== undefined || row.message !== undefined) && (
        <section>
          <h3>How it ended</h3>
          <p class="words">{[row.reason, row.message].filter(Boolean).join(': ')}</p>
          {row.trace !== undefined && <Trace text={row.trace} />}
        </section>
      )}
      <TrialReason row={row} />
      {(live || row.note !== undefined || row.labels) && (
        <section>
          <h3>Notes</h3>
          <AnnotationCard trial={row.trial} of={row} closedFor={live ? closedFor() : 'This page is a report.'} />
        </section>
      )}
      {live && <Files row={row} />}
      {live && <Actions row={row} />}
      {live && <Facts row={row} />}
    </>
  );
}

function titleOf(row: FigureRow): string {
  if (hasExamples.value && row.step !== undefined) return `Mean of ${reachedText(row)}`;
  return unfinishedText(row) === undefined ? 'Values' : `Reported at ${unfinishedText(row)}`;
}

function Pairs({ of = {}, title }: { readonly of: Readonly<Record<string, unknown>> | undefined; readonly title: string }) {
  const pairs = Object.entries(of);
  if (pairs.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl class="pairs">
        {pairs.map(([name, value]) => (
          <Term key={name} name={name}>
            {cut(formatNumber(value), 400)}
          </Term>
        ))}
      </dl>
    </section>
  );
}

function Actions({ row }: { readonly row: FigureRow }) {
  const { feedback, show } = useFeedback();
  const open = row.state === 'running' || row.state === 'waiting';
  const reason = closedFor();
  const enqueue = () => show(submitAction({ type: 'enqueue', params: row.params }), ...ENQUEUED);
  return (
    <section>
      <h3>Actions</h3>
      <div class="buttons">
        {open ? (
          <button
            type="button"
            disabled={reason !== undefined}
            title={reason}
            onClick={() => show(submitAction({ type: 'cancel', trial: row.trial }), 'stop requested')}
          >
            Stop this trial
          </button>
        ) : (
          <button
            type="button"
            disabled={reason !== undefined || row.state === 'retracted'}
            title={reason}
            onClick={() => show(submitAction({ type: 'retract', trial: row.trial }), 'retracted')}
          >
            Retract its result
          </button>
        )}
        <button type="button" disabled={reason !== undefined} title={reason} onClick={enqueue}>
          Try again
        </button>
      </div>
      {reason && <p class="note">{reason}</p>}
      <Feedback of={feedback.value} />
    </section>
  );
}

function Facts({ row }: { readonly row: FigureRow }) {
  // A change of any of these means that there is a new fact.
  const version = `${row.state} ${row.step} ${row.attempt} ${row.endedAt} ${row.startedAt}`;
  const entries = useAnswer(() => get<TrialEntry[]>(`trials/${row.trial}/log`), version).value ?? [];
  return (
    <section>
      <h3>Facts</h3>
      <ol class="facts">
        {entries.map(({ position, at, fact, refusal }) => (
          <li key={position} class={refusal ? 'is-refused' : ''}>
            <span class="facts-place" title={new Date(at).toISOString()}>
              {position}
            </span>
            <span class="facts-time">{clock(at)}</span>
            <Fact fact={fact} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Fact({ fact }: { readonly fact: unknown }) {
  const { type, trial: _trial, params: _params, tags: _tags, v: _v, ...more } = (fact ?? {}) as Readonly<Record<string, unknown>>;
  const rest = Object.entries(more).map(([name, value]) => `${name} ${typeof value === 'object' ? shortJson(value) : formatNumber(value)}`);
  return (
    <span class="facts-text">
      <b>{cut(String(type ?? '?'), 40)}</b> {cut(rest.join(' · '), 300)}
    </span>
  );
}

const shortJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? Number(inner.toPrecision(5)) : inner))
    .replaceAll(/[{}"]/g, '')
    .replaceAll(':', ' ');
