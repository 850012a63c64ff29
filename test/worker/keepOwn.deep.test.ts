import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { expendable, isInUse } from '../../src/study/expendable.ts';
import { keepOwn } from '../../src/worker/keepFiles.ts';
import { directory } from '../cli/support.ts';

vi.mock('node:fs/promises', { spy: true });
vi.mock('../../src/study/expendable.ts', { spy: true });

it('a worker deletes files of earlier trials first, then of its worst, and never of its best', async () => {
  const place = directory();
  const save = (trial: number) => {
    const own = join(place, `trial-${trial}`, 'attempt-1', 'checkpoints');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'model.bin'), 'c'.repeat(1000));
  };
  const left = () => [1, 2, 3, 4, 5].filter((trial) => existsSync(join(place, `trial-${trial}`, 'attempt-1', 'checkpoints', 'model.bin')));
  for (const trial of [1, 2]) save(trial); // of an earlier start
  const { began, ended } = keepOwn(place, 2500, { name: 'value', direction: 'minimize' }, () => {});
  const suggestion = (trial: number, resumes?: number) =>
    ({ type: 'suggested', trial, attempt: 1, by: 'random', params: {}, ...(resumes !== undefined && { resumes }) }) as const;
  const run = async (trial: number, value: number) => {
    began(suggestion(trial));
    save(trial);
    await ended({ type: 'completed', trial, run: 'r', values: { value } });
  };
  began(suggestion(5, 2)); // it runs, and resumes trial 2
  await run(3, 0.1);
  expect(left()).toEqual([2, 3]);
  await run(4, 0.2);
  expect(left()).toEqual([2, 3]);
  await ended({ type: 'failed', trial: 5, attempt: 1, run: 'r', reason: 'error' });
  await run(4, 0.05);
  expect(left()).toEqual([3, 4]);
});

it.each([10, 1000])('looks only at trials that have files, after %i others', async (others) => {
  const place = directory();
  const { began, ended } = keepOwn(place, 100, { name: 'value', direction: 'minimize' }, () => {});
  const save = (trial: number) => {
    mkdirSync(join(place, `trial-${trial}`), { recursive: true });
    writeFileSync(join(place, `trial-${trial}`, 'output'), 'y'.repeat(1000));
  };
  const end = (trial: number) => {
    began({ type: 'suggested', trial, attempt: 1, by: 'random', params: {} });
    return ended({ type: 'completed', trial, run: 'r', values: { value: trial } });
  };
  save(1); // the best
  for (let trial = 1; trial < others; trial++) void end(trial);
  await end(others);
  save(others + 1);
  vi.clearAllMocks();
  await end(others + 1);
  expect(existsSync(join(place, `trial-${others + 1}`))).toBe(false);
  expect(vi.mocked(readdir).mock.calls.length).toBeLessThan(10);
  expect(vi.mocked(isInUse).mock.calls.length).toBeLessThan(10);
  const sorted = vi.mocked(expendable).mock.results.map(({ value }) => (value as readonly number[]).length);
  expect(sorted).toEqual([1]);
});
