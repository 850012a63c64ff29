import { expect, it } from 'vitest';
import { meter } from '../../../streams/nats/log/meter.ts';

const NOW = 1_000_000_000;
const metered = () => {
  const said: string[] = [];
  return {
    said,
    ...meter(
      (message) => said.push(message),
      () => NOW,
    ),
  };
};

it('counts facts and bytes of each trainer, the largest first', () => {
  const { add, usage, largest, said } = metered();
  add('w1', 100, NOW);
  add('w2', 5_000_000, NOW);
  add('w1', 200, NOW);
  expect(usage()).toEqual([
    { trainer: 'w2', facts: 1, bytes: 5_000_000 },
    { trainer: 'w1', facts: 2, bytes: 300 },
  ]);
  expect(largest()).toBe('; of its trainers, w2 has written most: 1 fact (5.0 MB)');
  expect(said).toEqual([]);
});

it('warns once of a trainer that writes too much within ten seconds, and again when it has doubled', () => {
  const { add, said } = metered();
  for (let i = 0; i < 170; i++) add('w2', 60_000, NOW);
  add('w1', 60_000, NOW);
  expect(said).toEqual([expect.stringMatching(/^the trainer w2 has written 167 facts \(10\.0 MB\) within 10 s/)]);
  for (let i = 0; i < 170; i++) add('w2', 60_000, NOW);
  expect(said).toHaveLength(2);
});

it('warns of many short facts', () => {
  const { add, said } = metered();
  for (let i = 0; i < 50_000; i++) add('w2', 20, NOW);
  expect(said).toEqual([expect.stringContaining('w2 has written 50000 facts (1.0 MB)')]);
});

it.each([
  ['that is spread over time', 1, 0],
  ['of the past', 0, -100_000],
])('does not warn of much %s', (_, spread, since) => {
  const { add, said } = metered();
  for (let i = 0; i < 400; i++) add('w2', 60_000, NOW + since + spread * i * 10_000);
  expect(said).toEqual([]);
});
