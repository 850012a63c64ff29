import { expect, it } from 'vitest';
import { savedBy } from '../../../src/cli/terminal/conclusion.ts';
import type { TrialRow } from '../../../src/study/trials.ts';

const rows = (...ends: readonly (readonly [status: 'completed' | 'stopped', step: number])[]) =>
  ends.map(
    ([status, step], i) =>
      ({ trial: i + 1, attempt: 1, by: 'x', params: {}, suggested: 1, status, step, budget: 81 }) as unknown as TrialRow,
  );

it('counts what early stopping saved', () => {
  expect(savedBy(rows(['completed', 81], ['stopped', 9]))).toBe(
    'early stopping saved 44 % of the training: 1 of 2 trials were trained to the end (90 of 162 steps)',
  );
  expect(savedBy(rows(['completed', 81]))).toBeUndefined();
});

it('counts only steps that the program trains, and reports if these are fewer than the study allows', () => {
  expect(savedBy(rows(['completed', 10], ['completed', 10], ['stopped', 3]))).toBe(
    'early stopping saved 23 % of the training: 2 of 3 trials were trained to the end (23 of 30 steps); your program trains for 10 steps, not 81: trials are compared at better steps with "epochs: 10" in a new study',
  );
  expect(savedBy(rows(['completed', 100], ['stopped', 50]))).toMatch(
    /^early stopping saved 25 % .*; your program trains for 100 steps, not 81/,
  );
  expect(savedBy(rows(['completed', 80], ['stopped', 3]))).not.toContain('in a new study'); // the last epoch of a program that counts from 0
});

it('says nothing of trials on examples, which train nothing', () => {
  expect(savedBy(rows(['completed', 9], ['stopped', 3]).map((row) => ({ ...row, examples: row.step! })))).toBeUndefined();
});
