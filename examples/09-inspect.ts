/** The study and its strategies are XState machines. `inspect` gets their events, from which this prints the phases of each. */
import assert from 'node:assert/strict';
import { choice, grid, int, optimize, space } from 'hypertide';
import type { InspectionEvent } from 'xstate';

const phases = new Map<string, string[]>();
const inspect = ({ type, actorRef, ...rest }: InspectionEvent): void => {
  if (type !== '@xstate.snapshot' || !('id' in actorRef) || !('snapshot' in rest)) return;
  const { value = '' } = rest.snapshot as { value?: string | object };
  const phase = typeof value === 'string' ? value : Object.values(value).join(); // a phase inside another one, such as open
  const past = phases.get(String(actorRef.id)) ?? [];
  if (past.at(-1) !== phase) phases.set(String(actorRef.id), [...past, phase]);
};

const pairs = space({ n: int(1, 2), kind: choice(['a', 'b']) });
await optimize(pairs, ({ n }) => n, { strategy: grid(), inspect }).result();

for (const [machine, past] of phases) console.log(`${machine}: ${past.join(' > ')}`);
assert.deepEqual([...phases.keys()].sort(), ['grid', 'study']);
assert.deepEqual(phases.get('grid'), ['drawing', 'spent']);
assert.deepEqual(phases.get('study')?.slice(-2), ['closed', 'ended']);
