import { batch, computed, useSignal } from '@preact/signals';
import { clock, cut, formatNumber } from '../../insight/figures/drawing/format.ts';
import { scheduled } from '../../insight/figures/schedule.ts';
import { Contour } from '../charts/Contour.tsx';
import { Figures } from '../charts/Figures.tsx';
import { Importance } from '../charts/Importance.tsx';
import { leastWidth, Parallel } from '../charts/Parallel.tsx';
import { ValueHistory } from '../charts/ValueHistory.tsx';
import { nameOf, startCommand } from '../lib/home.ts';
import { resourcePath } from '../state/api.ts';
import { signIn } from '../state/connectPage.ts';
import { lookAt } from '../state/selection.ts';
import { figures } from '../state/shownStudy.ts';
import { at, connection, detail, headlines, latestRows, loading, objectives, onFront, running } from '../state/store.ts';
import { onPlainClick, study, view } from '../state/url.ts';
import { hasExamples } from '../state/useExamples.ts';
import { AnswerView } from './answer/AnswerView.tsx';
import { Card, DataForm, Term } from './Card.tsx';
import { CommandLine } from './Command.tsx';
import { ExamplesView } from './examples/ExamplesView.tsx';
import { StudyList } from './home/StudyList.tsx';
import { Legend } from './Legend.tsx';
import { Markdown } from './Markdown.tsx';
import { StudyActions } from './StudyActions.tsx';
import { PhaseBadge, ProgressBar, Star, WaitNote } from './StudyState.tsx';
import { TimeSlider } from './TimeSlider.tsx';
import { TrialPanel } from './TrialPanel.tsx';
import { TrialTable } from './table/TrialTable.tsx';
import { ThinkingView } from './thinking/ThinkingView.tsx';

interface View {
  readonly name: string;
  readonly label: string;
  readonly show: () => preact.JSX.Element | null;
  /** Whether it has something to show. Default: if there are trials. */
  readonly isOffered?: () => boolean;
  /** Has no legend at its top. */
  readonly bare?: true;
}

const views: readonly View[] = [
  { name: 'overview', label: 'Overview', show: Overview, isOffered: () => true, bare: true },
  { name: 'parameters', label: 'Parameters', show: Parameters },
  {
    name: 'curves',
    label: 'Curves',
    show: Curves,
    isOffered: () => hasTrials() && (latestRows.value.length === 0 || hasCurves.value),
  },
  { name: 'examples', label: 'Examples', show: ExamplesView, isOffered: () => hasTrials() && hasExamples.value, bare: true },
  { name: 'timeline', label: 'Timeline', show: () => <Figures kind="timeline" /> },
  { name: 'thinking', label: 'Thinking', show: ThinkingView, bare: true },
  { name: 'control', label: 'Control', show: StudyActions, isOffered: () => connection.value !== 'file', bare: true },
];

const hasTrials = (): boolean => (detail.value?.trials ?? 0) > 0;
const hasCurves = computed(() => latestRows.value.some(({ curve }) => curve.length > 0));

export function App() {
  if (connection.value === 'locked') return <TokenForm />;
  if (study.value === '') return <StudyList />;
  return <Study />;
}

function Study() {
  const one = detail.value;
  const offered = views.filter(({ isOffered = hasTrials }) => isOffered());
  const now = offered.find(({ name }) => name === view.value) ?? offered[0]!;
  const Shown = now.show;
  if (one === undefined) {
    const known = headlines.value.some(({ id }) => id === study.value);
    return (
      <main class="page">
        <p class="nothing">{connection.value === 'live' && !known ? `There is no study ${cut(study.value, 60)} here.` : 'Loading…'}</p>
      </main>
    );
  }
  return (
    <div class="study">
      <header class="top">
        <div class="top-name">
          {headlines.value.length > 1 && (
            <a
              href="?"
              aria-label="all studies"
              onClick={(event) => {
                event.preventDefault();
                batch(() => {
                  study.value = '';
                  view.value = 'overview';
                  lookAt(undefined);
                });
              }}
            >
              ‹ studies
            </a>
          )}
          <h1 title={cut(nameOf(one), 400)}>{cut(nameOf(one), 60)}</h1>
          {one.starred && <Star />}
          {one.labels && <span class="study-labels">{cut(one.labels.join(' · '), 80)}</span>}
          {at.value === undefined ? <PhaseBadge of={one} /> : <span class="badge is-past">after entry {at.value}</span>}
          <Connection />
          {connection.value !== 'file' && (
            <a class="saved" href={resourcePath('report')} download>
              Save as HTML
            </a>
          )}
        </div>
        <dl class="figures">
          {one.objectives.length > 1 ? (
            <Term name="front">{loading.value ? '–' : `${onFront.value.length} trials`}</Term>
          ) : (
            <Term name={`best ${cut(one.objective.name, 24)}`}>
              {one.best ? (
                <button type="button" class="figure" onClick={() => lookAt(one.best!.trial)} title={`trial ${one.best.trial}`}>
                  {formatNumber(one.best.value)}
                </button>
              ) : (
                '–'
              )}
            </Term>
          )}
          <Term name="trials">
            <ProgressBar of={one} />
          </Term>
          {one.phase !== 'closed' && (
            <Term name="running">
              {running.value.length} of {one.parallel}
            </Term>
          )}
        </dl>
        <div class="top-row">
          <nav aria-label="views">
            {offered.map(({ name, label }) => (
              <a
                key={name}
                href={`?study=${encodeURIComponent(study.value)}&view=${name}`}
                aria-current={name === now.name ? 'page' : undefined}
                ref={name === now.name ? intoView : null}
                onClick={onPlainClick(() => {
                  view.value = name;
                })}
              >
                {label}
              </a>
            ))}
          </nav>
          <TimeSlider />
        </div>
      </header>
      <div class="body">
        <main class="page" tabIndex={-1}>
          {!now.bare && <Legend />}
          <Shown />
        </main>
        <TrialPanel />
      </div>
    </div>
  );
}

/** Narrow screens do not show all links at once. */
const intoView = (link: HTMLElement | null) => link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

function Curves() {
  return (
    <>
      <Figures kind="intermediate" />
      {scheduled(figures).length > 0 && (
        <div class="cards is-wide">
          <Figures kind="schedule" />
        </div>
      )}
    </>
  );
}

function Parameters() {
  return (
    <>
      <Importance />
      <div class="cards">
        <Figures kind="slice" />
      </div>
      <Contour />
    </>
  );
}

function Overview() {
  const note = detail.value?.note;
  const several = objectives.value.length > 1;
  const notes = note !== undefined && (
    <Card title="Notes">
      <Markdown text={note} />
    </Card>
  );
  const parallel = <Parallel />;
  if (!hasTrials())
    return (
      <>
        <NoTrials />
        {notes}
      </>
    );
  return (
    <div class="overview">
      <AnswerView />
      <div class="evidence">
        {notes}
        <Legend />
        {several && parallel}
        <div class="cards is-wide" style={several ? {} : { '--least': `${leastWidth.value}px` }}>
          {objectives.value.map(({ name }, k) => (
            <ValueHistory key={name} objective={k} />
          ))}
          {several ? <Figures kind="hypervolume" /> : parallel}
        </div>
        <TrialTable />
      </div>
    </div>
  );
}

/** How to begin: a page of empty charts would not say. */
function NoTrials() {
  const one = detail.value;
  const command = one && startCommand(one);
  if (one?.waits !== undefined) return <WaitNote of={one} />;
  return (
    <p class="nothing">
      {command ? (
        <>
          No trials yet. This command begins them, with your own program: <CommandLine text={command} />
        </>
      ) : (
        'No trials yet. The first one appears here when a trainer takes it.'
      )}
    </p>
  );
}

const connections: Readonly<Record<typeof connection.value, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'connection lost, reconnecting',
  over: 'the server has stopped',
  locked: 'locked',
  file: 'report',
};

/** A closed study no longer changes, unless a person reopens it. */
function Connection() {
  const isIdle = connection.value === 'live' && detail.value?.phase === 'closed';
  return (
    <span class={`connection is-${isIdle ? 'idle' : connection.value}`} role="status">
      {isIdle ? 'connected' : connections[connection.value]}
      {['over', 'lost'].includes(connection.value) && detail.value && `; data as of ${clock(detail.value.at)}`}
    </span>
  );
}

/** Shown if the server requires a token to read. */
function TokenForm() {
  const refused = useSignal(false);
  const submit = async (data: FormData) => {
    refused.value = !(await signIn(String(data.get('token')).trim()));
  };
  return (
    <main class="page door">
      <h1>hypertide</h1>
      <DataForm submit={(data) => void submit(data)}>
        <label>
          Token
          <input type="password" name="token" required autocomplete="off" />
        </label>
        <button type="submit">Open</button>
      </DataForm>
      {refused.value && <p class="bad">Wrong token.</p>}
    </main>
  );
}
