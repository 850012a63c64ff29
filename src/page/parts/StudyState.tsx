import type { CloseReason } from '../../facts/facts.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import type { Headline } from '../../server/feed/wire.ts';
import { stateOfStudy } from '../lib/home.ts';

export const endings: Readonly<Record<CloseReason, string>> = {
  trials: 'all trials done',
  target: 'target reached',
  cost: 'cost limit reached',
  spend: 'spending limit reached',
  plateau: 'no more improvement',
  exhausted: 'nothing left to try',
  time: 'time limit reached',
  person: 'closed by a person',
};

export const PhaseBadge = ({ of }: { readonly of: Headline }) => (
  <span class={`badge is-${stateOfStudy(of) === 'waits' ? 'paused' : of.phase}`}>
    {of.closed === undefined ? stateOfStudy(of) : endings[of.closed]}
    {of.served !== undefined && of.served !== 'leading' && of.served !== of.phase && ` · ${of.served}`}
  </span>
);

/** Why a study begins no other trial. */
export const WaitNote = ({ of: { waits } }: { readonly of: Headline }) =>
  waits === undefined ? null : <p class="note waits">No other trial begins now, since {cut(waits, 200)}.</p>;

/** Progress towards the limit, which counts configurations. Trials that resume others, or were imported, come on top. */
export function progressText({ trials, imported, ended, open, limit }: Headline): string {
  if (limit === undefined) return `${trials} trials`;
  const more = imported ? `, ${imported} imported` : trials - open > ended ? ` (${trials} trials)` : '';
  return `${ended} of ${limit}${more}`;
}

export function ProgressBar({ of }: { readonly of: Headline }) {
  const { trials, ended, open, limit, completed, stopped, failed } = of;
  const whole = Math.max(trials + (limit === undefined ? 0 : Math.max(0, limit - ended - open)), 1);
  return (
    <span class="progress" title={`${completed} completed, ${stopped} stopped, ${failed} failed, ${open} open`}>
      <span class="progress-bar" aria-hidden="true">
        {Object.entries({ completed, stopped, failed, running: open }).map(([state, count]) => (
          <span key={state} style={{ width: `${(100 * count) / whole}%`, background: `var(--${state})` }} />
        ))}
      </span>
      {progressText(of)}
    </span>
  );
}

export const Star = () => (
  <span class="star" role="img" aria-label="starred">
    ★
  </span>
);
