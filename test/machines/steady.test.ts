import { expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { steady } from '../../machines/steady.ts';
import { type StudyEvent, studyMachine } from '../../machines/study.ts';

it('leads through the same states as the machine, and computes a repeated transition once', () => {
  const events: StudyEvent[] = [
    { type: 'caughtUp', closed: false },
    ...(['appended', 'stored', 'appended', 'amended', 'fenced'] as const).map((type) => ({ type })),
    { type: 'caughtUp', closed: true },
    ...(['stirred', 'reopened', 'appended', 'stored', 'disposed'] as const).map((type) => ({ type })),
  ];
  const one = createActor(studyMachine).start();
  const other = createActor(steady(studyMachine)).start();
  const snapshots = new Set<unknown>();
  for (const event of events) {
    one.send(event);
    other.send(event);
    expect(other.getSnapshot().value, event.type).toEqual(one.getSnapshot().value);
    expect(other.getSnapshot().status).toBe(one.getSnapshot().status);
    if (other.getSnapshot().matches({ open: 'appending' })) snapshots.add(other.getSnapshot());
  }
  expect(snapshots.size).toBe(1);
});

it('decides by the fields of an event each time', () => {
  const machine = setup({ types: {} as { events: { type: 'go'; far: boolean } | { type: 'back' } } }).createMachine({
    initial: 'here',
    states: {
      here: { on: { go: [{ guard: ({ event }) => event.far, target: 'far' }, { target: 'near' }] } },
      near: { on: { back: 'here' } },
      far: { on: { back: 'here' } },
    },
  });
  const actor = createActor(steady(machine)).start();
  const seen = [true, false, true].map((far) => {
    actor.send({ type: 'go', far });
    const { value } = actor.getSnapshot();
    actor.send({ type: 'back' });
    return value;
  });
  expect(seen).toEqual(['far', 'near', 'far']);
});
