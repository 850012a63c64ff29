import { afterEach, expect, it, vi } from 'vitest';
import { inTurn, timeLimit } from '../../../streams/engine/timeout.ts';

it('runs tasks one after the other, each in its own turn, also after one that fails', async () => {
  const turn = inTurn();
  const order: string[] = [];
  const wrong = turn(() => {
    order.push('first');
    setImmediate(() => order.push('others'));
    throw new Error('wrong');
  });
  const second = turn(async () => {
    order.push('second');
    await new Promise(setImmediate);
    order.push('second ends');
    return 2;
  });
  const third = turn(() => order.push('third'));
  await expect(wrong).rejects.toThrow('wrong');
  expect(await second).toBe(2);
  await third;
  expect(order).toEqual(['first', 'others', 'second', 'second ends', 'third']);
});

afterEach(() => void vi.useRealTimers());

it('counts seconds from the first limit on, and again after it was lifted', () => {
  vi.useFakeTimers();
  let ended = 0;
  const limit = timeLimit(() => ended++);
  limit.set(60);
  vi.advanceTimersByTime(50_000);
  limit.set(55);
  limit.lift();
  vi.advanceTimersByTime(3_600_000);
  limit.set(55);
  vi.advanceTimersByTime(54_000);
  expect(ended).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(ended).toBe(1);
});
