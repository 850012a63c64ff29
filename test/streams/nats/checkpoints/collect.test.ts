import { expect, it } from 'vitest';
import type { EndStatus, OpenTrial } from '../../../../src/ledger/trial.ts';
import { beyondShare, bytesOf, forRoom, neededIn, savedOn } from '../../../../streams/nats/checkpoints/collect.ts';
import { CHUNK } from '../../../../streams/nats/checkpoints/manifest.ts';

const part = (n: number) => String(n).padStart(64, '0');
const saved = (trainer: string, trial: number, parts = 1) => ({
  trainer,
  trial,
  filter: `ht.s.chunk.${trainer}.${trial}.*`,
  parts: Array.from({ length: parts }, (_, i) => part(i)),
});
const named = (trainer: string, trial: number) => `nats:${trainer}/${trial}/${part(1)}`;
const open = (runs: readonly string[], checkpoint?: string) =>
  ({ suggestion: { checkpoint }, runs: new Map(runs.map((name, i) => [`r${i}`, name])) }) as unknown as OpenTrial;

it('subjects are what trainers saved of trials', () => {
  const subjects = [`ht.s.chunk.w1.3.${part(0)}`, `ht.s.chunk.w2.3.${part(0)}`, `ht.s.chunk.w1.3.${part(1)}`];
  expect(savedOn(subjects)).toEqual([saved('w1', 3, 2), saved('w2', 3)]);
  expect(bytesOf([saved('w1', 3, 2), saved('w2', 3)])).toBe(3 * CHUNK);
});

it('a subject that names no trial is found by its own name', () => {
  const found = savedOn(['ht.s.chunk.w1.01.a', 'ht.s.chunk.w1.1.a', 'ht.s.chunk.w1.x.a']);
  expect(found.map(({ trial, filter }) => [trial, filter])).toEqual([
    [Number.NaN, 'ht.s.chunk.w1.01.*'],
    [1, 'ht.s.chunk.w1.1.*'],
    [Number.NaN, 'ht.s.chunk.w1.x.*'],
  ]);
});

it('what a run may resume from is needed, and nothing else', () => {
  const status: Record<number, EndStatus> = { 1: 'completed', 2: 'completed', 3: 'retracted', 4: 'failed' };
  const checkpoint: Record<number, string> = { 1: named('w1', 1), 3: named('w1', 3) };
  const ledger = {
    open: new Map([
      [5, open(['w1', 'w2'])],
      [6, open([], named('w3', 7))],
    ]),
    status: (id: number) => status[id],
    checkpoint: (id: number) => checkpoint[id],
  };
  const isNeeded = neededIn(ledger);
  const kept = [saved('w1', 1), saved('w2', 5), saved('w3', 7)];
  const gone = [saved('w2', 1), saved('w1', 2), saved('w1', 3), saved('w1', 4), saved('w3', 5), saved('w1', 99)];
  expect([...kept, ...gone].filter(isNeeded)).toEqual(kept);
});

it('a trainer above its share loses the largest first', () => {
  const all = [saved('w1', 1, 2), saved('w1', 2, 5), saved('w2', 3, 4)];
  expect(beyondShare(all, 4 * CHUNK)).toEqual([saved('w1', 2, 5)]);
  expect(beyondShare(all, 7 * CHUNK)).toEqual([]);
});

it('the least likely to be resumed makes room', () => {
  const all = [saved('w1', 1, 2), saved('w2', 1), saved('w1', 2, 5), saved('w2', 3, 4)];
  expect(forRoom(all, 4 * CHUNK, [1, 9, 2])).toEqual([saved('w1', 1, 2), saved('w2', 1), saved('w1', 2, 5)]);
  expect(forRoom(all, 100 * CHUNK, [1])).toEqual([saved('w1', 1, 2), saved('w2', 1)]);
  expect(forRoom(all, 0, [1])).toEqual([]);
});
