import { expect, it } from 'vitest';
import { inTurn } from '../../../streams/engine/timeout.ts';

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
