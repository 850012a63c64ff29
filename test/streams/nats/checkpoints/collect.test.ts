import { expect, it } from 'vitest';
import type { EndStatus, OpenTrial } from '../../../../src/ledger/trial.ts';
import { admissionsOn } from '../../../../streams/nats/checkpoints/admissions.ts';
import { needsOf, type Stored, storedOn } from '../../../../streams/nats/checkpoints/collect.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';

const part = (n: number) => String(n).padStart(64, '0');
const stored = (trainer: string, trial: number, parts = 1): Stored => ({
  trainer,
  trial,
  filter: `ht.s.chunk.${trainer}.${trial}.*`,
  parts: Array.from({ length: parts }, (_, i) => part(i)),
});
const named = (trainer: string, trial: number, n = 1) => `nats:${trainer}/${trial}/${part(n)}`;
const open = (runs: readonly string[], resumed?: string, checkpoint?: string) =>
  ({ suggestion: { checkpoint: resumed }, checkpoint, runs: new Map(runs.map((name, i) => [`r${i}`, name])) }) as unknown as OpenTrial;

it('subjects are what trainers saved of trials', () => {
  const subjects = [`ht.s.chunk.w1.3.${part(0)}`, `ht.s.chunk.w2.3.${part(0)}`, `ht.s.chunk.w1.3.${part(1)}`];
  expect(storedOn(subjects)).toEqual([stored('w1', 3, 2), stored('w2', 3)]);
});

it('subjects are so below any prefix, and what engines admitted is no checkpoint', () => {
  const { chunk, admitted } = subjectsOf('s', { prefix: 'acme.ml.chunk' });
  const subjects = [chunk('w1', 3, part(0)), admitted(3, 'w1=17'), chunk('w1', 3, part(1))];
  expect(storedOn(subjects)).toEqual([{ ...stored('w1', 3, 2), filter: chunk('w1', 3, '*') }]);
  expect(admissionsOn(subjects)).toEqual([{ trainer: 'w1', trial: 3, bytes: 17, filter: subjects[1] }]);
});

it('a subject that names no trial is found by its own name', () => {
  const found = storedOn(['ht.s.chunk.w1.01.a', 'ht.s.chunk.w1.1.a', 'ht.s.chunk.w1.x.a']);
  expect(found.map(({ trial, filter }) => [trial, filter])).toEqual([
    [Number.NaN, 'ht.s.chunk.w1.01.*'],
    [1, 'ht.s.chunk.w1.1.*'],
    [Number.NaN, 'ht.s.chunk.w1.x.*'],
  ]);
});

it('a run may resume from the checkpoint that was named last, and may save what it has held', () => {
  const status: Record<number, EndStatus> = { 1: 'completed', 2: 'completed', 3: 'retracted', 4: 'failed' };
  const checkpoint: Record<number, string> = { 1: named('w1', 1), 3: named('w1', 3) };
  const { manifests, maySave } = needsOf({
    open: new Map([
      [5, open(['w1', 'w2'])],
      [6, open([], named('w3', 7))],
      [8, open(['w1'], named('w1', 1, 9), named('w1', 8, 2))], // handed back a second time: the first one is superseded
    ]),
    status: (id: number) => status[id],
    results: { checkpoint: (id: number) => checkpoint[id] } as never,
  });
  const all = [
    ...[stored('w1', 1), stored('w2', 5), stored('w3', 7), stored('w1', 8)],
    ...[stored('w2', 1), stored('w1', 2), stored('w1', 3), stored('w1', 4), stored('w3', 5), stored('w1', 99)],
  ];
  const needs = all.map((one) => [`${one.trainer}/${one.trial}`, manifests(one).map(Number), maySave(one)]);
  expect(needs.filter(([, from, saving]) => (from as number[]).length > 0 || saving)).toEqual([
    ['w1/1', [1], false],
    ['w2/5', [], true],
    ['w3/7', [1], false],
    ['w1/8', [2], true],
  ]);
});
