import { expect, it } from 'vitest';
import { expendable, type Resumable } from '../../src/study/expendable.ts';

const completed = (trial: number, loss: number, more: Partial<Resumable> = {}): Resumable => ({
  trial,
  status: 'completed',
  values: { loss },
  budget: 3,
  ...more,
});
const order = (...rows: Resumable[]) => expendable(rows, { name: 'loss', direction: 'minimize' });

it('deletes files first of trials that are least likely to be resumed, and never of the best', () => {
  const rows = [
    completed(1, 0.1),
    completed(2, 0.5),
    completed(3, 0.4),
    { trial: 4, status: 'failed' },
    { trial: 5, status: 'stopped', values: { loss: 0 } },
    completed(6, 0.2, { budget: 1 }),
    { trial: 7, status: 'retracted' },
  ] as const;
  expect(order(...rows)).toEqual([4, 7, 5, 6, 2, 3]);
});

it('deletes those of a resumed trial before those of others, and keeps those that an open trial resumes', () => {
  expect(order(completed(1, 0.1), completed(2, 0.2), completed(3, 0.9), completed(4, 0.05, { resumes: 2 }))).toEqual([2, 3, 1]);
  expect(order(completed(1, 0.1), completed(2, 0.2), { trial: 3, status: 'open', resumes: 2 })).toEqual([]);
});

it('deletes those of a trial that violates a constraint before those of others', () => {
  expect(order(completed(1, 0.1), completed(2, 0.9), completed(3, 0, { constraints: [1] }))).toEqual([3, 2]);
});
