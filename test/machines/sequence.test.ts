import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { sequenceMachine } from '../../machines/sequence.ts';
import type { Env, Message, Suggested } from '../../src/messages.ts';
import { numberedSequence } from '../../src/samplers/sequence.ts';
import { rootEnv } from '../support/interview.ts';
import { textbook } from '../support/spaces.ts';

const env: Env = { ...rootEnv(textbook), name: 'list' };
const listOf = (points: readonly number[][]) => numberedSequence(env, points.length, (i) => points[i]!);
const start = (points: readonly number[][], at = env) => {
  const emitted: Message[] = [];
  const actor = createActor(sequenceMachine, { input: { env: at, core: listOf(points) } });
  actor.on('*', (m) => emitted.push(m));
  actor.start();
  return { actor, emitted };
};
const suggested = (index: number, by = 'list'): Suggested => ({
  type: 'suggested',
  id: 1,
  by,
  point: [0, 0],
  tags: { list: String(index) },
});

describe('sequenceMachine', () => {
  it('draws until the last point is suggested, then is exhausted', () => {
    const { actor, emitted } = start([
      [0, 0],
      [1, 1],
    ]);
    expect(actor.getSnapshot().value).toBe('drawing');
    actor.send({ type: 'ask', id: 1 });
    actor.send(suggested(0));
    actor.send({ type: 'ask', id: 2, tags: { replicate: '2' } });
    expect(emitted).toEqual([
      { type: 'propose', id: 1, by: 'list', point: [0, 0], tags: { list: '0' } },
      { type: 'propose', id: 2, by: 'list', point: [1, 1], tags: { list: '1', replicate: '2' } },
    ]);
    actor.send(suggested(1));
    expect(actor.getSnapshot()).toMatchObject({ value: 'spent', status: 'done' });
  });

  it('is exhausted from the start if there is nothing to draw', () => {
    expect(start([]).actor.getSnapshot()).toMatchObject({ value: 'spent', status: 'done' });
  });

  it('keeps its context for asks and for events that do not concern it', () => {
    const { actor } = start([
      [0, 0],
      [1, 1],
    ]);
    const { context } = actor.getSnapshot();
    actor.send({ type: 'ask', id: 1 });
    actor.send(suggested(0, 'other'));
    actor.send({ type: 'reported', id: 1, step: 1, losses: [1] });
    expect(actor.getSnapshot().context).toBe(context);
  });

  it('hands an ask on if every point that is left was rejected', () => {
    const { actor, emitted } = start([[0, 0]]);
    const ask = { type: 'ask', id: 1, retry: 1 } as const;
    actor.send(ask);
    expect(emitted).toEqual([ask]);
    expect(actor.getSnapshot().value).toBe('drawing');
  });
});
