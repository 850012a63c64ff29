import { expect, it } from 'vitest';
import { type EarlyStopping, earlyTexts, StoppedTrials } from '../../../src/insight/recommendation/earlyStopping.ts';
import type { Suggested } from '../../../src/strategy/messages.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import { choice, float, space as spaceOf } from '../../../streams/index.ts';

const space = spaceOf({ lr: float(1e-4, 1, { log: true }), kind: choice(['a', 'b']) });
type Tried = Partial<TrialRow> & { readonly losses?: readonly number[] };

/** What early stopping did in a study whose trials report losses at steps 1, 3, 9 and 27; those with four have completed, unless something else is given. */
function study(trials: readonly Tried[], best?: number): EarlyStopping | undefined {
  const stopped = new StoppedTrials();
  const rows = trials.map(({ losses = [], ...given }, i): TrialRow => {
    const id = i + 1;
    stopped.apply({ event: { type: 'suggested', id, by: 'x', point: [i / 10], budget: 27 } as Suggested as never });
    for (const [k, loss] of losses.entries()) stopped.apply({ event: { type: 'reported', id, step: 3 ** k, losses: [loss] } as never });
    const status = losses.length === 4 ? 'completed' : 'stopped';
    const step = losses.length > 0 ? 3 ** (losses.length - 1) : 0;
    return {
      trial: id,
      params: { lr: 0.1, kind: 'a' },
      status,
      step,
      budget: 27,
      attempt: 1,
      by: 'x',
      suggested: 1,
      suggestedAt: 0,
      ...given,
    } as TrialRow;
  });
  return stopped.among(rows, rows[(best ?? 0) - 1], space as never);
}
const curves = (...losses: readonly (readonly number[])[]): Tried[] => losses.map((each) => ({ losses: each }));
const ended = (budget: number, ...ends: readonly (readonly [status: 'completed' | 'stopped', step: number])[]): Tried[] =>
  ends.map(([status, step]) => ({ status, step, budget }));

it('names stopped trials that were ahead of the best one, or of most that have completed', () => {
  const found = study(curves([9, 5, 4, 1], [9, 7, 6, 3], [9, 8, 7, 2], [9, 6, 5], [9, 6, 3.5], [9, 9, 9], [9, 4.5]), 1)!;
  expect(found.mayBeBetter).toEqual([
    { trial: 4, step: 9 },
    { trial: 5, step: 9 },
    { trial: 7, step: 3 },
  ]);
  expect(earlyTexts(found)[1]).toMatch(/\b4\b.*\b9\b.*\b7\b.*\b3\b.*\b1\b/);
});

it('names none that is level, far behind, or was stopped at once, and none without a best trial', () => {
  const level = curves([9, 5, 4, 1], [9, 5], [9, 5, 4], [8]);
  expect(study(level, 1)!.mayBeBetter).toEqual([]);
  expect(earlyTexts(study(level, 1)!)).toHaveLength(1);
  expect(study(curves([9, 5, 4, 1], [9, 4]))!.mayBeBetter).toEqual([]);
});

it('counts trials and steps, only those that the program trains', () => {
  expect(study(ended(81, ['completed', 81], ['stopped', 9]))).toMatchObject({ complete: 1, trials: 2, trained: 90, whole: 162 });
  expect(study(ended(81, ['completed', 10], ['completed', 10], ['stopped', 3]))).toMatchObject({ trained: 23, whole: 30, longest: 10 });
  expect(study(ended(81, ['stopped', 9], ['stopped', 9]))).toMatchObject({ complete: 0, trained: 18, whole: 162 });
});

it('reports if a program trains for fewer or more steps than the study allows', () => {
  const saved = (...of: Parameters<typeof ended>) => earlyTexts(study(ended(...of))!)[0];
  expect(saved(81, ['completed', 81], ['stopped', 9])).toMatch(/ 44 % .* 1 of 2 .*\(90 of 162 steps\)$/);
  for (const steps of [10, 100]) expect(saved(81, ['completed', steps], ['stopped', 3])).toContain(`"epochs: ${steps}"`);
  expect(saved(81, ['completed', 80], ['stopped', 3])).not.toContain('epochs'); // the last epoch of a program that counts from 0
});

it('says nothing without stopped trials, nor if trials resume others or are evaluated on examples', () => {
  expect(study(ended(81, ['completed', 81]))).toBeUndefined();
  for (const more of [{ examples: 3 }, { resumes: 1 }])
    expect(study(ended(81, ['completed', 9], ['stopped', 3]).map((row) => ({ ...row, ...more })))).toBeUndefined();
});

it('names values that no trial was trained to the end with', () => {
  const tried = (status: 'completed' | 'stopped', lr: number, kind: string, step = 27): Tried => ({ status, step, params: { lr, kind } });
  const done = [tried('completed', 0.1, 'a'), tried('completed', 0.2, 'a')];
  const low = [1e-4, 1e-3, 0.02].map((lr, i) => tried('stopped', lr, 'a', 1 + i));
  const found = study([...done, ...low, tried('stopped', 0.4, 'b')], 1)!;
  expect(found.unseen).toEqual([{ parameter: 'lr', from: 1e-4, to: 0.02, trials: 3, step: 3 }]);
  expect(earlyTexts(found).at(-1)).toMatch(/lr .*1e-4 and 0\.02 .*\b3\b.*\b3$/);
  const narrow = [0.05, 0.06, 0.07].map((lr) => tried('stopped', lr, 'b', 9));
  expect(study([...done, ...narrow], 1)!.unseen).toEqual([{ parameter: 'kind', from: 'b', to: 'b', trials: 3, step: 9 }]);
  expect(study([...low, ...narrow])!.unseen).toEqual([]); // no trial has completed
});
