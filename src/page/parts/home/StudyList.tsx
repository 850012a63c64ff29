import { useComputed } from '@preact/signals';
import { clock, cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import { arranged, comparedAddress, comparedNames, nameOf, type Order, orders, stateOfStudy } from '../../lib/home.ts';
import { toggled } from '../../lib/lists.ts';
import { connection, headlines } from '../../state/store.ts';
import { kept, onPlainClick, study } from '../../state/url.ts';
import { Pick } from '../Card.tsx';
import { PhaseBadge, ProgressBar, Star } from '../StudyState.tsx';
import { Compare } from './Compare.tsx';
import { Sparkline } from './Sparkline.tsx';

const sought = kept('find');
const order = kept('order', 'name');
const state = kept('state', 'all');
/** The studies that are compared. */
const compared = kept('compare');

/** All studies and their progress. */
export function StudyList() {
  const shown = useComputed(() =>
    arranged(headlines.value, { sought: sought.value, order: order.value as Order, state: state.value }),
  ).value;
  const states = ['all', ...new Set(headlines.value.map(stateOfStudy))];
  const chosen = useComputed(() => comparedNames(compared.value)).value;
  return (
    <main class="page studies">
      <p class="brand">hypertide</p>
      <h1>Studies</h1>
      {headlines.value.length === 0 && (
        <p class="nothing">{connection.value === 'connecting' ? 'Loading…' : 'No studies yet. A study appears here when it starts.'}</p>
      )}
      {headlines.value.length > 1 && (
        <search class="study-tools">
          <input
            type="search"
            aria-label="Find studies"
            placeholder="Find by name, label, file or objective"
            value={sought.value}
            onInput={(event) => {
              sought.value = event.currentTarget.value;
            }}
          />
          <Pick
            label="state"
            of={states}
            value={states.includes(state.value) ? state.value : 'all'}
            pick={(name) => (state.value = name)}
          />
          <Pick label="order" of={orders} value={order.value} pick={(name) => (order.value = name)} />
        </search>
      )}
      {chosen.length > 0 && <Compare ids={chosen} clear={() => (compared.value = '')} />}
      <ul class="study-list">
        {shown.map((one) => (
          <li key={one.id}>
            <a
              href={`?study=${encodeURIComponent(one.id)}`}
              onClick={onPlainClick(() => {
                study.value = one.id;
              })}
            >
              <span class="study-name">
                {one.starred && <Star />}
                {cut(nameOf(one), 80)}
                {one.labels && <span class="study-labels">{cut(one.labels.join(' · '), 80)}</span>}
              </span>
              <PhaseBadge of={one} />
              <span class="study-best">
                {one.best ? (
                  <>
                    <b>{formatNumber(one.best.value)}</b> {cut(one.objective.name, 30)}
                  </>
                ) : (
                  'no result yet'
                )}
              </span>
              <Sparkline of={one} />
              <ProgressBar of={one} />
              <span class="study-source">
                {one.waits && <span class="waits">waits, since {cut(one.waits, 120)} · </span>}
                {cut(one.source, 80)} · {one.failed > 0 && `${one.failed} failed · `}last entry {when(one.at)}
              </span>
            </a>
            {headlines.value.length > 1 && (
              <label class="choice study-compare">
                <input
                  type="checkbox"
                  checked={chosen.includes(one.id)}
                  onChange={() => (compared.value = comparedAddress(toggled(chosen, one.id)))}
                />{' '}
                compare
                <span class="hidden"> {cut(nameOf(one), 80)}</span>
              </label>
            )}
          </li>
        ))}
      </ul>
      {shown.length === 0 && headlines.value.length > 0 && <p class="nothing">No study matches.</p>}
    </main>
  );
}

/** The time, and the day unless it is today. */
const when = (at: number): string => {
  const day = new Date(at).toLocaleDateString();
  return day === new Date().toLocaleDateString() ? clock(at) : `${day} ${clock(at)}`;
};
