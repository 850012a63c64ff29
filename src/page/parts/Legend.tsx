import { computed } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import { looks, states } from '../../insight/figures/drawing/looks.ts';
import { clear, filtered, hiddenStates, problem, selectedCount, toggleState, top, words } from '../state/selection.ts';
import { objectives, rows } from '../state/store.ts';
import { Pick } from './Card.tsx';

const counts = computed(() => {
  const of = new Map<string, number>();
  for (const { state } of rows.value) of.set(state, (of.get(state) ?? 0) + 1);
  return of;
});

const shownStates = computed(() => states.filter((state) => counts.value.has(state) || hiddenStates.value.has(state)));

const example = computed(() => {
  const [{ name, direction } = { name: 'trial', direction: 'minimize' }] = objectives.value;
  return `${cut(name, 20)} ${direction === 'maximize' ? '>' : '<'} 0.2 and status = completed`;
});

/** The statuses of trials, their look in every chart, and buttons to show or hide each. */
export function Legend() {
  return (
    <fieldset class="legend" aria-label="Status of trials">
      {shownStates.value.map((state) => (
        <button
          key={state}
          type="button"
          class="legend-entry"
          aria-pressed={!hiddenStates.value.has(state)}
          onClick={() => toggleState(state)}
          title={`show or hide ${looks[state].label} trials`}
        >
          <Mark of={state} />
          {looks[state].label} <b>{counts.value.get(state) ?? 0}</b>
        </button>
      ))}
      <input
        type="search"
        class="legend-filter"
        aria-label="Filter trials"
        placeholder={example.value}
        title="compares columns of the table with =, !=, <, <=, >, >=, joined by and, or"
        value={words.value}
        onInput={(event) => {
          words.value = event.currentTarget.value;
        }}
      />
      {objectives.value.length === 1 && <Pick label="show" {...top} />}
      <span class="legend-rest" aria-live="polite">
        {problem.value && <span class="bad">{cut(problem.value, 200)}</span>}
        {filtered.value && (
          <>
            {selectedCount.value} of {rows.value.length} selected{' '}
            <button type="button" class="plain" onClick={clear}>
              show all
            </button>
          </>
        )}
      </span>
    </fieldset>
  );
}

/** The mark of a status, as charts draw it. */
function Mark({ of }: { readonly of: keyof typeof looks }) {
  const { colour, mark, hollow, dashed } = looks[of];
  return (
    <svg class="mark" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      <path
        d={mark}
        fill={hollow ? 'none' : `var(--${colour})`}
        stroke={`var(--${colour})`}
        stroke-width={hollow ? 1.8 : 0}
        stroke-dasharray={dashed ? '2 1.6' : undefined}
      />
    </svg>
  );
}
