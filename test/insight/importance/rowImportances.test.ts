import { describe, expect, it } from 'vitest';
import { rowImportances } from '../../../src/insight/importance/rowImportances.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import { trialRow } from '../figures/support.ts';

const plane = space({ x: float(0, 1), y: float(0, 1) });
const loss = { name: 'loss', direction: 'minimize' } as const;

/** Trials of 9 steps whose result grows with x; of those with x above a half, every second one is stopped at step 1 with a far worse value. */
const early = Array.from({ length: 60 }, (_, i) => {
  const rng = rngFor('trials', '', i);
  const [x, y] = [rng(), rng()];
  const stops = x > 0.5 && i % 2 === 0;
  const value = stops ? 40 + x : 1 + x;
  return trialRow(i + 1, value, { params: { x, y }, budget: 9, step: stops ? 1 : 9, status: stops ? 'stopped' : 'completed' });
});
const curveOf = (row: TrialRow) => (row.status === 'stopped' ? [1, row.values!.loss!] : [1, row.values!.loss! + 39, 9, row.values!.loss!]);

function found(rows: readonly TrialRow[]) {
  const computation = rowImportances({ space: plane as never, objective: loss, rows, curveOf, seed: '' });
  let step = computation.next();
  while (!step.done) step = computation.next();
  return step.value;
}

describe('predictions along an axis, with early stopping', () => {
  it('are in the unit of results at the full budget', () => {
    const { marginals, results } = found(early)!;
    expect(results).toBe(60); // importance is of all trials
    const line = marginals!.x!;
    expect(line).toHaveLength(33);
    for (const { mean, sd } of line) {
      expect(mean).toBeGreaterThan(1);
      expect(mean).toBeLessThan(2);
      expect(sd).toBeLessThan(0.5);
    }
    expect(line.at(-1)!.mean - line[0]!.mean).toBeGreaterThan(0.4);
  });

  it('are absent if too few trials were completed', () => {
    const few = early.filter(({ status }, i) => status === 'stopped' || i < 2);
    expect(found(few)).toMatchObject({ results: few.length });
    expect(found(few)!.marginals).toBeUndefined();
  });
});
