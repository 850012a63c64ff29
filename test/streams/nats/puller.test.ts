import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { puller } from '../../../streams/nats/trainer/puller.ts';

it('announces a missing stream only some seconds after the first answer that says so', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  let answer!: (code: number) => void;
  const nc = {
    status: () => ({ async *[Symbol.asyncIterator]() {} }),
    publish: () => {},
    subscribe: (_: string, { callback }: { readonly callback: (error: null, message: Msg) => void }) => {
      answer = (code) => callback(null, { headers: { code } } as unknown as Msg);
      return { unsubscribe: () => {} };
    },
  };
  const said: boolean[] = [];
  const pulls = puller(nc as unknown as NatsConnection, subjectsOf('s'), (there) => said.push(there));
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
