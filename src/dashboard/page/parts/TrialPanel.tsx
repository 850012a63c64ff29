import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clock, cut, duration, formatNumber } from '../../../figures/drawing/format.ts';
import type { FigureRow } from '../../../figures/study.ts';
import { predictionOf } from '../../../study/prediction.ts';
import { firstRungText } from '../../phases.ts';
import type { TrialEntry, Why } from '../../wire.ts';
import { parentsIn } from '../lib/parents.ts';
import { get, submitAction, token } from '../state/connect.ts';
import { focused, lookAt } from '../state/selection.ts';
import { connection, detail, objectives, rows, shownRow } from '../state/store.ts';
import { AnnotationCard } from './AnnotationCard.tsx';
import { Feedback, useFeedback } from './Feedback.tsx';
import { Files } from './Files.tsx';
import { StateName } from './table/TrialTable.tsx';

/** One trial: its values, why it was suggested, and its facts. */
export function TrialPanel() {
  const trial = focused.value;
  const row = trial === undefined ? undefined : shownRow(trial);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (trial === undefined) return;
    const leave = (event: KeyboardEvent) => event.key === 'Escape' && !event.defaultPrevented && lookAt(undefined);
    addEventListener('keydown', leave);
    return () => removeEventListener('keydown', leave);
  }, [trial]);
  if (trial === undefined) return null;
  return (
    <aside class="trial" aria-label={`Trial ${trial}`} ref={panel}>
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
      <Pairs of={row.values} title={row.state === 'running' ? 'Last reported' : 'Values'} />
      <Pairs of={row.metrics} title="Metrics" />
      <Pairs of={row.params} title="Parameters" />
      {(row.reason !== undefined || row.message !== undefined) && (
        <section>
          <h3>How it ended</h3>
          <p class="words">{[row.reason, row.message].filter(Boolean).join(': ')}</p>
          {row.trace !== undefined && <pre class="trace">{row.trace}</pre>}
        </section>
      )}
      <Reason row={row} />
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

function Pairs({ of = {}, title }: { readonly of: Readonly<Record<string, unknown>> | undefined; readonly title: string }) {
  const pairs = Object.entries(of);
  if (pairs.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl class="pairs">
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt title={cut(name, 400)}>{cut(name, 60)}</dt>
            <dd>{cut(formatNumber(value), 400)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The tags of the suggestion, and on demand the decision recomputed from the log. */
function Reason({ row }: { readonly row: FigureRow }) {
  const why = useSignal<Why | string | undefined>(undefined);
  const asking = useSignal(false);
  const ask = async () => {
    asking.value = true;
    why.value = await get<Why>(`trials/${row.trial}/why`).catch((error: Error) => error.message);
    asking.value = false;
  };
  const { mean: _, sd: __, at: ___, limit: ____, acquisition, phase, why: chosenFor, 'first rung': firstRung, ...tags } = row.tags ?? {};
  const prediction = predictionOf(row, objectives.value);
  const [objective] = objectives.value;
  const came = objective && row.values?.[objective.name];
  return (
    <section>
      <h3>Why this trial</h3>
      <p class="path">
        {row.by.split('/').map((part, i) => (
          <span key={`${i} ${part}`}>{cut(part, 60)}</span>
        ))}
      </p>
      <dl class="pairs">
        {chosenFor !== undefined && <Pair name="chosen for" value={chosenFor} />}
        {phase !== undefined && <Pair name="phase" value={phase} />}
        {acquisition !== undefined && <Pair name="acquisition" value={acquisition} />}
        {prediction?.values.map(({ objective: name, mean, sd }) => (
          <Pair
            key={`predicted ${name}`}
            name={`predicted${prediction.values.length > 1 ? ` ${name}` : ''}${prediction.at === undefined ? '' : ` at ${prediction.at}`}`}
            value={`${formatNumber(mean)} ± ${formatNumber(sd)}`}
          />
        ))}
        {prediction?.limit !== undefined && <Pair name="equal to the model if worse than" value={formatNumber(prediction.limit)} />}
        {came !== undefined && (prediction !== undefined || typeof why.value === 'object') && (
          <Pair name="observed" value={formatNumber(came)} />
        )}
        {firstRung !== undefined && <Pair name="trials compared from" value={cut(firstRungText(firstRung), 400)} />}
        {row.budget !== undefined && <Pair name="rung" value={`budget ${row.budget}${rungOf(row)}`} />}
        {row.resumes !== undefined && <Pair name="resumes" value={<TrialLink trial={row.resumes} />} />}
        {Object.entries(tags)
          .filter(([name]) => !isState(name))
          .map(([name, value]) => (
            <Pair key={name} name={name} value={withParents(cut(value, 400))} />
          ))}
        {typeof why.value === 'object' && <Recomputed why={why.value} />}
      </dl>
      {typeof why.value === 'string' && <p class="bad">{why.value}</p>}
      {why.value === undefined && connection.value !== 'file' && (
        <button type="button" disabled={asking.value} onClick={() => void ask()}>
          {asking.value ? 'Recomputing…' : 'Recompute from the log'}
        </button>
      )}
    </section>
  );
}

/** Whether a tag holds the state of a stage: its name is then the path of the stage, and it is not meant for people. */
const isState = (tag: string): boolean => tag.includes('/') || JSON.stringify(detail.value?.strategy).includes(JSON.stringify(tag));

/** Longer texts are below their name. */
const LONG = 60;

const Pair = ({ name, value }: { readonly name: string; readonly value: preact.ComponentChildren }) => (
  <div class={typeof value === 'string' && value.length > LONG ? 'is-long' : ''}>
    <dt>{cut(name, 60)}</dt>
    <dd>{value}</dd>
  </div>
);

function Recomputed({ why }: { readonly why: Why }) {
  const { phases = {}, recomputed, expected, impossible, stopped, milliseconds } = why;
  return (
    <>
      {stopped !== undefined && <Pair name="stopped" value={cut(stopped, 400)} />}
      {Object.entries(phases).map(([path, active]) => (
        <Pair key={path} name={`phase of ${path}`} value={active.map((id) => id.split('.').at(-1)).join(' › ') || '–'} />
      ))}
      {expected && (
        <Pair
          name={`predicted by a random forest on ${expected.results} results`}
          value={`${formatNumber(expected.mean)} ± ${formatNumber(expected.sd)}`}
        />
      )}
      {recomputed === 'equal' && (
        <Pair name="recomputed" value={`the same decision${milliseconds ? `, in ${duration(milliseconds)}` : ''}`} />
      )}
      {typeof recomputed === 'object' && (
        <Pair
          name="recomputed"
          value={`${recomputed.field} differs: ${cut(JSON.stringify(recomputed.logged) ?? 'absent', 200)} in the log, ${cut(JSON.stringify(recomputed.recomputed) ?? 'absent', 200)} now`}
        />
      )}
      {impossible !== undefined && <Pair name="not recomputed" value={cut(impossible, 400)} />}
    </>
  );
}

function rungOf({ budget }: FigureRow): string {
  const budgets = [...new Set(rows.value.flatMap((row) => row.budget ?? []))].sort((a, b) => a - b);
  return budgets.length > 1 ? `, ${budgets.indexOf(budget!) + 1} of ${budgets.length}` : '';
}

const TrialLink = ({ trial }: { readonly trial: number }) => (
  <button type="button" class="plain" onClick={() => lookAt(trial)}>
    trial {trial}
  </button>
);

/** A tag with links to the parents that it names. */
function withParents(text: string): preact.ComponentChildren {
  const { before, parents } = parentsIn(text);
  if (parents.length === 0) return text;
  return (
    <>
      {before}
      {parents.map((trial, i) => (
        <span key={trial}>
          {i > 0 && ', '}
          {shownRow(trial) ? <TrialLink trial={trial} /> : trial}
        </span>
      ))}
    </>
  );
}

/** Why this page cannot act on the study. */
const closedFor = (): string | undefined =>
  token.value === undefined ? 'To act, open the address that the server printed: it contains the token.' : undefined;

function Actions({ row }: { readonly row: FigureRow }) {
  const { feedback, show } = useFeedback();
  const open = row.state === 'running' || row.state === 'waiting';
  const reason = closedFor();
  const enqueue = () => show(submitAction({ type: 'enqueue', params: row.params }), 'enqueued: it is tried next');
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
  const entries = useSignal<readonly TrialEntry[] | undefined>(undefined);
  const seen = useSignal('');
  // A change of any of these means that there is a new fact.
  const version = `${row.state} ${row.step} ${row.attempt} ${row.endedAt} ${row.startedAt}`;
  useSignalEffect(() => {
    if (seen.value === '') return;
    void get<TrialEntry[]>(`trials/${row.trial}/facts`).then(
      (found) => {
        entries.value = found;
      },
      () => {},
    );
  });
  useEffect(() => {
    seen.value = version;
  }, [version]);
  return (
    <section>
      <h3>Facts</h3>
      <ol class="facts">
        {(entries.value ?? []).map(({ position, at, fact, refusal }) => (
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
