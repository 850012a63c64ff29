import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { turnstile } from '../../../src/host/serving/serving.ts';

it('lets two acts run at a time, in order, also if one fails', async () => {
  const pass = turnstile(2);
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const acts = [0, 1, 2, 3].map((i) =>
    pass(async () => {
      begun.push(i);
      await new Promise<void>((resolve, reject) => {
        ends[i] = (error) => (error ? reject(error) : resolve());
      });
      return i;
    }),
  );
  const outcomes = Promise.allSettled(acts);
  await setImmediate();
  expect(begun).toEqual([0, 1]);
  ends[1]!(new Error('failed'));
  await setImmediate();
  expect(begun).toEqual([0, 1, 2]);
  for (const i of [0, 2]) ends[i]!();
  await setImmediate();
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[3]!();
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});
