import { describe, expect, it } from 'vitest';
import { assignTrial, isComplete, nextSlot, type Round, recordEnd, slotLoss, slotState } from '../../../src/samplers/gradient/round.ts';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';
import { stateTag } from '../../../src/strategy/messages.ts';

const round: Round = { number: 3, slots: ['a', 'b'].map((role) => ({ role, point: [0] })) };
const suggested = (id: number, role: string, number = 3): Suggested => ({
  type: 'suggested',
  id,
  by: 'x',
  point: [id / 10],
  tags: stateTag('x', slotState({ ...round, number }, role)),
});
const ended = (id: number, loss: number): Ended => ({ type: 'ended', outcome: 'completed', id, by: 'x', point: [0], losses: [loss] });

describe('a round', () => {
  it('hands out its trials in order, records their ids, and is settled when all have ended, in any order', () => {
    expect(nextSlot(round)?.role).toBe('a');
    const open = assignTrial(assignTrial(round, suggested(1, 'a')), suggested(2, 'b'));
    expect(nextSlot(open)).toBeUndefined();
    expect(open.slots.map(({ point }) => point)).toEqual([[0.1], [0.2]]);
    const half = recordEnd(open, ended(2, 5));
    expect(isComplete(half)).toBe(false);
    const full = recordEnd(half, ended(1, 4));
    expect(isComplete(full)).toBe(true);
    expect(full.slots.map(slotLoss)).toEqual([4, 5]);
  });

  it('ignores late, foreign and repeated results', () => {
    expect(assignTrial(round, suggested(1, 'a', 2))).toBe(round);
    expect(assignTrial(round, suggested(1, 'c'))).toBe(round);
    const open = assignTrial(round, suggested(1, 'a'));
    expect(assignTrial(open, suggested(9, 'a'))).toBe(open);
    expect(recordEnd(open, ended(9, 1))).toBe(open);
    const done = recordEnd(open, ended(1, 1));
    expect(recordEnd(done, ended(1, 2))).toBe(done);
  });
});
