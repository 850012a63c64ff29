import { describe, expect, it } from 'vitest';
import { findUsable, numberedSequence } from '../../src/samplers/sequence.ts';
import type { Env } from '../../src/strategy/env.ts';
import { stateTag } from '../../src/strategy/messages.ts';
import { rootEnv } from '../support/interview.ts';
import { textbook } from '../support/spaces.ts';

describe('seek', () => {
  it('finds the first usable number, or the end', () => {
    const even = (i: number) => i % 2 === 0;
    expect([findUsable(3, 9, even), findUsable(4, 9, even), findUsable(9, 9, even)]).toEqual([4, 4, 9]);
    expect(findUsable(0, 9, () => false)).toBe(9);
  });

  it('gives up after a million in a row', () => {
    let tried = 0;
    const last = findUsable(5, 2 ** 40, () => ++tried < 0);
    expect([last, tried]).toEqual([2 ** 40, 1e6]);
  });
});

describe('numbered', () => {
  const env: Env = { ...rootEnv(textbook), name: 'list', feasible: ([x]) => x! < 0.5 || x! > 0.65 };
  const list = numberedSequence(env, 8, (i) => [i / 10]);
  const past = (index: number) => list.tell(list.start, { type: 'suggested', id: 1, by: 'list', point: [], tags: stateTag('list', index) });

  it('skips infeasible points, as the next point and for each retry', () => {
    expect(list.propose(list.start, { type: 'ask', id: 1 })).toEqual({ point: [0], tags: stateTag('list', 0) });
    expect(list.propose(past(4), { type: 'ask', id: 2 })).toEqual({ point: [0.7], tags: stateTag('list', 7) });
    expect(list.propose(past(2), { type: 'ask', id: 2, retry: 1 })?.tags).toEqual(stateTag('list', 4));
    expect(list.propose(past(2), { type: 'ask', id: 2, retry: 2 })?.tags).toEqual(stateTag('list', 7));
    expect(list.propose(past(2), { type: 'ask', id: 2, retry: 3 })).toBeUndefined();
  });

  it('is exhausted after its last feasible point', () => {
    const tail = numberedSequence({ ...env, feasible: ([x]) => x! < 0.35 }, 8, (i) => [i / 10]);
    const fold = (index: number) =>
      tail.tell(tail.start, { type: 'suggested', id: 1, by: 'list', point: [], tags: stateTag('list', index) });
    expect([2, 3].map((index) => tail.exhausted(fold(index)))).toEqual([false, true]);
  });
});
