import { InfeasibleError } from 'hypertide';
import { expect, it } from 'vitest';
import { serve, trace } from '../../examples/serving/server.ts';

const serving = { replicas: 2, batch: 8, patience: 0.01, cache: 2 };
const at = (seconds: number, document: number, length = 1000) => ({ at: seconds, document, length });

it('answers a request after it was read and answered', () => {
  expect(serve({ ...serving, batch: 1 }, [at(1, 0)]).latency).toBeCloseTo(0.3 + 0.1 + 0.01, 12);
  expect(serve(serving, [at(1, 0)]).latency).toBeCloseTo(0.01 + 0.3 + 0.1 + 0.01, 12); // it waits for others
});

it('reads a document again only if it has left the cache', () => {
  const again = [at(0, 0), at(10, 0), at(20, 0)];
  const last = (cache: number, requests = again) => serve({ replicas: 1, batch: 1, patience: 0, cache }, requests).latency;
  expect(last(0.3)).toBeCloseTo(0.41, 12); // 1000 tokens need 0.4 GB
  const after = (requests: typeof again) => [...requests, ...Array.from({ length: 97 }, (_, i) => at(30 + 10 * i, 0))];
  expect(last(0.5, after(again))).toBeCloseTo(0.31, 12);
});

it('runs out of memory if a batch and the cache are too large together', () => {
  const many = Array.from({ length: 60 }, (_, i) => at(i / 1000, i));
  expect(() => serve({ ...serving, batch: 60, patience: 1 }, many)).toThrow(InfeasibleError); // 60 times 0.4 GB
  expect(() => serve({ ...serving, batch: 50, patience: 1 }, many)).not.toThrow();
  expect(() => serve({ ...serving, batch: 50, patience: 1, cache: 5 }, many)).toThrow(/out of memory: 25.0 GB/);
});

it('is faster with more replicas, for more money, and the same each time', () => {
  const one = serve({ ...serving, replicas: 1 }, trace('a'));
  const four = serve({ ...serving, replicas: 4 }, trace('a'));
  expect(four.latency).toBeLessThan(one.latency);
  expect(four.usd).toBeCloseTo(4 * one.usd, 12);
  expect(serve({ ...serving, replicas: 4 }, trace('a'))).toEqual(four);
  expect(serve({ ...serving, replicas: 4 }, trace('b'))).not.toEqual(four);
});
