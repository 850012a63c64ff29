import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { puller } from '../../../streams/nats/trainer/puller.ts';

/** A connection on which nothing arrives unless `answer` says so. */
function stage(info: object = {}) {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const heard: ((code: number) => void)[] = [];
  const asked: string[] = [];
  const nc = {
    info,
    status: () => ({ async *[Symbol.asyncIterator]() {} }),
    publish: (_: string, text: string) => void asked.push(text),
    subscribe: (_: string, { callback }: { readonly callback: (error: null, message: Msg) => void }) => {
      heard.push((code) => callback(null, { headers: { code } } as unknown as Msg));
      return { unsubscribe: () => {} };
    },
  };
  return { nc: nc as unknown as NatsConnection, answer: (code: number) => heard[0]!(code), asked };
}

it.each([
  ['alone', {}, 0],
  ['in a cluster', { cluster: 'c' }, 600],
])('%s, it says for how long a server may still deliver', (_, info, milliseconds) => {
  const { nc, asked } = stage(info);
  const pulls = puller(nc, subjectsOf('s'));
  pulls.next(() => {});
  vi.advanceTimersByTime(400);
  expect([pulls.end(), pulls.end(), asked.length]).toEqual([milliseconds, milliseconds, 1]);
  pulls.close();
  const idle = puller(nc, subjectsOf('s'));
  expect(idle.end()).toBe(0);
  idle.close();
});

it('announces a missing stream only some seconds after the first answer that says so', () => {
  const { nc, answer } = stage();
  const said: boolean[] = [];
  const pulls = puller(nc, subjectsOf('s'), (there) => said.push(there));
  const missing = () => {
    answer(503);
    vi.advanceTimersByTime(2000);
    answer(503);
    return said.length;
  };
  vi.advanceTimersByTime(60_000); // all slots train, so nothing is requested
  expect(missing()).toBe(0);
  answer(408);
  expect(missing()).toBe(0);
  vi.advanceTimersByTime(2000);
  answer(503);
  answer(408);
  expect(said).toEqual([false, true]);
  pulls.close();
});
