import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, getNextSnapshot, type StateValue } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { chart, Life, targetOf } from '../../machines/chart.ts';
import * as strategies from '../../machines/strategies.ts';
import { leadChart, servedChart, studyChart } from '../../machines/study.ts';
import * as trainers from '../../machines/trainers.ts';

const charts = { ...strategies, ...trainers, leadChart, servedChart, studyChart };

/** The phases that some sequence of events reaches. */
function reached(machine: AnyStateMachine, events: readonly { readonly type: string }[] = eventsOf(machine)): Set<string> {
  const paths = getShortestPaths(machine, { events, limit: 5000 });
  return new Set(paths.flatMap(({ state }) => leavesOf(state.value)));
}

/** The events of a chart. */
const eventsOf = (machine: AnyStateMachine) => machine.events.map((type) => ({ type }));

/** The innermost states of a state value, such as `open.idle`. */
const leavesOf = (value: StateValue): string[] =>
  typeof value === 'string' ? [value] : Object.entries(value).flatMap(([name, inner]) => leavesOf(inner!).map((leaf) => `${name}.${leaf}`));

/** The innermost states that a machine has. */
const phasesOf = (states: AnyStateMachine['states']): string[] =>
  Object.entries(states).flatMap(([name, node]) => {
    const inner = phasesOf(node.states);
    return inner.length > 0 ? inner.map((leaf) => `${name}.${leaf}`) : [name];
  });

describe('each phase is reached by some sequence of events', () => {
  it.each(Object.entries(charts))('%s', (_, machine) => {
    expect([...reached(machine)].sort()).toEqual(phasesOf(machine.states).sort());
  });
});

it.each(Object.entries(charts))('%s is its table', (_, machine) => {
  const { table } = machine;
  for (const [state, on] of Object.entries(table.states)) {
    const { snapshot } = { snapshot: machine.resolveState({ value: state, context: {} }) };
    for (const event of machine.events) {
      const next = on === 'final' ? state : getNextSnapshot(machine, snapshot, { type: event }).value;
      expect(next, `${state} ${event}`).toBe(targetOf(table, state, event) ?? state);
    }
  }
});

it('a life passes through the phases of its chart, and stays in a final one', () => {
  const door = chart('door', 'closed', { closed: { opened: 'open' }, open: { closed: 'closed' }, gone: 'final' }, { broken: 'gone' });
  const life = new Life(door);
  const other = new Life(door);
  const sent = (['closed', 'opened', 'opened', 'broken', 'opened', 'broken'] as const).map((event) => [
    life.send(event),
    life.of({ closed: 'c', open: 'o' }),
  ]);
  expect(sent).toEqual([
    [false, 'c'],
    [true, 'o'],
    [false, 'o'],
    [true, undefined],
    [false, undefined],
    [false, undefined],
  ]);
  expect(other.of({ closed: 'c', open: 'o' })).toBe('c');
});
