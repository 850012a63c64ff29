import type { Headline } from '../../wire.ts';
import { cut, formatNumber } from '../lib/format.ts';
import { headlines } from '../state/store.ts';
import { study } from '../state/url.ts';

/** All studies and their progress. */
export function StudyList() {
  return (
    <main class="page studies">
      <h1>Studies</h1>
      {headlines.value.length === 0 && <p class="nothing">No studies yet. A study appears here when it starts.</p>}
      <ul class="study-list">
        {headlines.value.map((one) => (
          <li key={one.id}>
            <a
              href={`?study=${encodeURIComponent(one.id)}`}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                study.value = one.id;
              }}
            >
              <span class="study-name">{cut(one.study || one.id, 80)}</span>
              <Phase of={one} />
              <span class="study-best">
                {one.best ? (
                  <>
                    <b>{formatNumber(one.best.value)}</b> {cut(one.objective.name, 30)}
                  </>
                ) : (
                  'no result yet'
                )}
              </span>
              <ProgressBar of={one} />
              <span class="study-source">{cut(one.source, 80)}</span>
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

export const endings: Readonly<Record<string, string>> = {
  trials: 'all trials done',
  target: 'target reached',
  cost: 'cost limit reached',
  plateau: 'no more improvement',
  exhausted: 'every configuration tried',
  time: 'time limit reached',
  person: 'closed by a person',
};

export const Phase = ({ of: { phase, closed, open } }: { readonly of: Headline }) => (
  <span class={`badge is-${phase}`}>
    {phase === 'closed' ? (endings[closed!] ?? 'closed') : phase === 'running' && open === 0 ? 'idle' : phase}
  </span>
);

/** Progress towards the limit, which counts configurations. Trials that resume others come on top. */
export function ProgressBar({ of: { trials, configurations, open, limit, completed, stopped, failed } }: { readonly of: Headline }) {
  const whole = Math.max(trials + (limit === undefined ? 0 : Math.max(0, limit - configurations)), 1);
  const part = (count: number) => ({ width: `${(100 * count) / whole}%` });
  const more = limit !== undefined && trials > configurations ? ` in ${trials} trials` : '';
  return (
    <span class="progress" title={`${completed} completed, ${stopped} stopped, ${failed} failed, ${open} open`}>
      <span class="progress-bar" aria-hidden="true">
        <span class="is-completed" style={part(completed)} />
        <span class="is-stopped" style={part(stopped)} />
        <span class="is-failed" style={part(failed)} />
        <span class="is-running" style={part(open)} />
      </span>
      {limit === undefined ? `${trials} trials` : `${configurations} of ${limit}${more}`}
    </span>
  );
}
