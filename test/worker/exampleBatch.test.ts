import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exampleBatch } from '../../src/worker/exampleBatch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collected() {
  const sent: object[] = [];
  const batch = exampleBatch((one) => sent.push(one));
  let step = 0;
  const add = (place: number, value: number, more: object = {}) =>
    batch.add([place, value], { step: ++step, values: { score: value }, ...more });
  return { sent, batch, add };
}

it('sends the first result at once, and those of the next half second together', () => {
  const { sent, add } = collected();
  add(4, 1, { metrics: { usd: 1 }, metric: 'score' });
  expect(sent).toEqual([{ step: 1, values: { score: 1 }, results: [[4, 1]], metrics: { usd: 1 }, metric: 'score' }]);
  vi.advanceTimersByTime(100);
  add(2, 0, { metrics: { usd: 1 } });
  vi.advanceTimersByTime(300);
  add(7, 0.5, { metrics: { usd: 2, tokens: 3 } });
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(100);
  const results = [
    [2, 0],
    [7, 0.5],
  ];
  expect(sent.slice(1)).toEqual([{ step: 3, values: { score: 0.5 }, results, metrics: { usd: 3, tokens: 3 } }]);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(600);
  add(8, 1);
  expect(sent).toHaveLength(3);
});

it('sends what waits when it is flushed, and keeps no timer', () => {
  const { sent, batch, add } = collected();
  batch.flush();
  add(0, 1);
  add(1, 1);
  batch.flush();
  batch.flush();
  expect(sent).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

it('sends no more results than a fact can hold', () => {
  const { sent, add } = collected();
  for (let place = 0; place < 4100; place++) add(place, 1);
  expect(sent.map((one) => (one as { results: unknown[] }).results.length)).toEqual([1, 4096]);
});
