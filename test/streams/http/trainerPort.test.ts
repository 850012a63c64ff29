import { expect, it } from 'vitest';
import type { Client } from '../../../streams/http/client.ts';
import { trainerOver } from '../../../streams/http/trainerPort.ts';
import { withResolvers } from '../../../streams/promises.ts';

it('sends the facts of a trial one after another, also after one that is refused, and those of other trials beside them', async () => {
  const sent: string[] = [];
  const { promise: refused, reject } = withResolvers<never>();
  const post = (path: string) => {
    sent.push(path);
    return sent.length === 1 ? refused : Promise.resolve({ stop: false });
  };
  const port = trainerOver({ post } as unknown as Client);
  const report = (trial: number) => port.record({ type: 'reported', trial, run: 'r', step: 1, values: { value: 1 } });
  const first = report(1);
  const others = [report(1), port.record({ type: 'completed', trial: 1, run: 'r', values: { value: 1 } })];
  await report(2);
  expect(sent).toEqual(['/trials/1/report', '/trials/2/report']);
  reject(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  await Promise.all(others);
  expect(sent.slice(2)).toEqual(['/trials/1/report', '/trials/1/tell']);
});
