import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { sequenceMachine } from '../../machines/sequence.ts';
import { type Ask, type Env, type Suggested, stateTag } from '../../src/messages.ts';
import { numberedSequence } from '../../src/samplers/sequence.ts';
import { rootEnv } from '../support/interview.ts';
import { textbook } from '../support/spaces.ts';

const env: Env = { ...rootEnv(textbook), name: 'list' };
const listOf = (points: readonly number[][]) => numberedSequence(env, points.length, (i) => points[i]!);
const start = (points: readonly number[][], at = env) => {
  const actor = createActor(sequenceMachine, { input: { env: at, core: listOf(points) } }).start();
  const ask = (asked: Omit<Ask, 'type'>) =>
    sequenceMachine.states.drawing!.meta!.answer(actor.getSnapshot().context, { type: 'ask', ...asked });
  return { actor, ask };
};
const suggested = (index: number, by = 'list'): Suggested => ({
  type: 'suggested',
  id: 1,
  by,
  point: [0, 0],
  tags: stateTag('list', index),
});

describe('sequenceMachine', () => {
  it('draws until the last point is suggested, then is exhausted', () => {
    const { actor, ask } = start([
      [0, 0],
      [1, 1],
    ]);
    expect(actor.getSnapshot().value).toBe('drawing');
    expect(ask({ id: 1 })).toEqual({ type: 'propose', id: 1, by: 'list', point: [0, 0], tags: stateTag('list', 0) });
    actor.send(suggested(0));
    const tags = { replicate: '2' };
    expect(ask({ id: 2, tags })).toEqual({ type: 'propose', id: 2, by: 'list', point: [1, 1], tags: { ...stateTag('list', 1), ...tags } });
    actor.send(suggested(1));
    expect(actor.getSnapshot()).toMatchObject({ value: 'spent', status: 'done' });
  });

  it('is exhausted from the start if there is nothing to draw', () => {
    expect(start([]).actor.getSnapshot()).toMatchObject({ value: 'spent', status: 'done' });
  });

  it('hands an ask on if every point that is left was rejected', () => {
    const { actor, ask } = start([[0, 0]]);
    expect(ask({ id: 1, retry: 1 })).toEqual({ type: 'ask', id: 1, retry: 1 });
    expect(actor.getSnapshot().value).toBe('drawing');
  });
});
