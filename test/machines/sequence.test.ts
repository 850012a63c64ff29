import { describe, expect, it } from 'vitest';
import { sequenceChart } from '../../machines/strategies.ts';
import { numberedSequence, sequenceCore } from '../../src/samplers/sequence.ts';
import type { Env } from '../../src/strategy/env.ts';
import { type Suggested, stateTag } from '../../src/strategy/messages.ts';
import { rootEnv } from '../support/interview.ts';
import { living } from '../support/living.ts';
import { textbook } from '../support/spaces.ts';

const env: Env = { ...rootEnv(textbook), name: 'list' };
const listed = (points: readonly number[][]) =>
  living(
    sequenceChart,
    sequenceCore(
      env,
      numberedSequence(env, points.length, (i) => points[i]!),
    ),
    env,
  );
const suggested = (index: number): Suggested => ({ type: 'suggested', id: 1, by: 'list', point: [0, 0], tags: stateTag('list', index) });

describe('a sequence', () => {
  it('draws until the last point is suggested, then is exhausted', () => {
    const { ask, put, tell, phase } = listed([
      [0, 0],
      [1, 1],
    ]);
    expect(phase()).toBe('drawing');
    expect(ask(1)).toEqual({ type: 'propose', id: 1, by: 'list', point: textbook.snap([0, 0]), tags: stateTag('list', 0) });
    tell(suggested(0));
    const tags = { replicate: '2' };
    expect(put({ type: 'ask', id: 2, tags })[0]).toMatchObject({ point: textbook.snap([1, 1]), tags: { ...stateTag('list', 1), ...tags } });
    tell(suggested(1));
    expect([ask(3), phase()]).toEqual([{ type: 'ask', id: 3 }, 'spent']);
  });

  it('is exhausted from the start if there is nothing to draw', () => {
    expect(listed([]).phase()).toBe('spent');
  });

  it('hands an ask on if every point that is left was rejected', () => {
    const { ask, phase } = listed([[0, 0]]);
    expect(ask(1, 1)).toEqual({ type: 'ask', id: 1, retry: 1 });
    expect(phase()).toBe('drawing');
  });
});
