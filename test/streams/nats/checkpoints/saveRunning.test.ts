import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReportedFact } from '../../../../src/facts/facts.ts';
import { stampOf } from '../../../../streams/nats/checkpoints/checkpointed.ts';
import { saveRunning } from '../../../../streams/study/training/saveRunning.ts';
import { directory } from '../../../cli/support.ts';

const report = (step: number): ReportedFact => ({ type: 'reported', trial: 1, run: '1.1', step, values: { value: 1 } });

it('saves when a report comes and it is time, and names the checkpoint with the next report', async () => {
  let time = 0;
  const asked: (string | undefined)[] = [];
  const saving = saveRunning(
    async (named) => {
      asked.push(named);
      return `saved-${asked.length}`;
    },
    10,
    () => true,
    () => time,
  );
  const at = async (seconds: number, step: number, named?: string) => {
    time = seconds * 1000;
    const { checkpoint } = saving.reported(report(step), named);
    await new Promise((resolve) => setImmediate(resolve)); // until it is saved
    return checkpoint;
  };
  expect(await at(9, 1)).toBeUndefined();
  expect(asked).toEqual([]);
  expect(await at(11, 2, 'epoch-2')).toBeUndefined();
  expect(asked).toEqual(['epoch-2']);
  expect(await at(12, 3)).toBe('saved-1');
  expect(await at(13, 4)).toBeUndefined();
  expect(await at(22, 5)).toBeUndefined();
  expect(await at(23, 6)).toBe('saved-2');
  await saving.close();
  await at(60, 7);
  expect(asked).toEqual(['epoch-2', undefined]);
});

it('begins no save before the server has the report that names the last one', async () => {
  let isStored = true;
  let saves = 0;
  const save = async () => `saved-${++saves}`;
  const saving = saveRunning(
    save,
    0,
    () => isStored,
    () => 0,
  );
  const at = async (step: number) => {
    const { checkpoint } = saving.reported(report(step), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    return [checkpoint, saves];
  };
  expect(await at(1)).toEqual([undefined, 1]);
  isStored = false;
  expect(await at(2)).toEqual(['saved-1', 1]);
  expect(await at(3)).toEqual([undefined, 1]);
  isStored = true;
  expect(await at(4)).toEqual([undefined, 2]);
});

it('saves one checkpoint at a time, and ends the last one when the trial ends', async () => {
  let time = 0;
  const signals: AbortSignal[] = [];
  const saving = saveRunning(
    (_, signal) => {
      signals.push(signal);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('unfinished')));
    },
    1,
    () => true,
    () => time,
  );
  for (const step of [1, 2, 3]) {
    time += 5000;
    saving.reported(report(step), undefined);
  }
  expect(signals).toHaveLength(1);
  await saving.close();
  expect(signals[0]!.aborted).toBe(true);
});

it('notices that files have changed', () => {
  const place = directory();
  mkdirSync(join(place, 'a'));
  writeFileSync(join(place, 'a', 'model'), 'one');
  const before = stampOf(place);
  expect(stampOf(place)).toBe(before);
  expect(stampOf(join(place, 'a', 'model'))).not.toBe('');
  writeFileSync(join(place, 'a', 'model'), 'longer');
  expect(stampOf(place)).not.toBe(before);
});
