import { expect, it } from 'vitest';
import { mayBeBetter, mayBeBetterText } from '../../../src/insight/recommendation/mayBeBetter.ts';
import { RungResults } from '../../../src/samplers/budgets/rungResults.ts';
import type { TrialRow, TrialStatus } from '../../../src/study/trials.ts';

/** Trials that report losses at steps 1, 3, 9 and 27; those with four have completed. */
function study(...curves: readonly (readonly number[])[]) {
  const results = new RungResults();
  const rows = curves.map((losses, i) => {
    const id = i + 1;
    results.tell({ type: 'suggested', id, by: 'x', point: [i / 10], budget: 27 });
    for (const [k, loss] of losses.entries()) results.tell({ type: 'reported', id, step: 3 ** k, losses: [loss] });
    const status: TrialStatus = losses.length === 4 ? 'completed' : 'stopped';
    return { trial: id, params: {}, status, attempt: 1, by: 'x', suggested: 1, suggestedAt: 0 } satisfies TrialRow;
  });
  return (best: number) => mayBeBetter(results, rows, { trial: best });
}

it('names stopped trials that were ahead of the best one, or of most that have completed', () => {
  const ahead = study([9, 5, 4, 1], [9, 7, 6, 3], [9, 8, 7, 2], [9, 6, 5], [9, 6, 3.5], [9, 9, 9], [9, 4.5]);
  expect(ahead(1)).toEqual([
    { trial: 5, step: 9 },
    { trial: 4, step: 9 },
    { trial: 7, step: 3 },
  ]);
});

it('names none that is level, far behind, or was stopped at once', () => {
  expect(study([9, 5, 4, 1], [9, 5], [9, 5, 4], [8])(1)).toEqual([]);
  expect(mayBeBetterText([], { trial: 1 })).toBeUndefined();
});

it('says where they were stopped', () => {
  expect(mayBeBetterText([{ trial: 5, step: 9 }], { trial: 1 })).toMatch(/\b5\b.*\b9\b/);
});
