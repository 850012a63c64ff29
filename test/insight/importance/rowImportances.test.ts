import { describe, expect, it } from 'vitest';
import { rowImportances } from '../../../src/insight/importance/rowImportances.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, int, when } from '../../../src/space/types/dimension.ts';
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

function found(rows: readonly TrialRow[], curves = curveOf, of: unknown = plane) {
  const computation = rowImportances({ space: of as never, objective: loss, rows, curveOf: curves, seed: '' });
  let step = computation.next();
  while (!step.done) step = computation.next();
  return step.value;
}

describe('predictions along an axis, with early stopping', () => {
  it('are in the unit of results at the full budget', () => {
    const { marginals, results } = found(early)!;
    expect(results).toBe(60); // importance is of all trials
    const line = marginals.x!;
    expect(line).toHaveLength(33);
    for (const { mean, sd } of line) {
      expect(mean).toBeGreaterThan(1);
      expect(mean).toBeLessThan(2);
      expect(sd).toBeLessThan(0.5);
    }
    expect(line.at(-1)!.mean - line[0]!.mean).toBeGreaterThan(0.4);
  });

  it('rise where all trials were stopped, by as much as these were behind', () => {
    // Losses halve from step 1 to step 9; above 0.5, x costs up to 1, and such trials are stopped at step 1.
    const rows = Array.from({ length: 60 }, (_, i) => {
      const rng = rngFor('bad end', '', i);
      const [x, y] = [rng(), rng()];
      const loss = 0.2 + 0.1 * y + Math.max(0, x - 0.5);
      const stops = x > 0.6;
      return trialRow(i + 1, stops ? loss + 0.2 : loss, {
        params: { x, y },
        budget: 9,
        step: stops ? 1 : 9,
        status: stops ? 'stopped' : 'completed',
      });
    });
    const curves = (row: TrialRow) =>
      row.status === 'stopped' ? [1, row.values!.loss!] : [1, row.values!.loss! + 0.2, 9, row.values!.loss!];
    const { marginals, results, partial } = found(rows, curves)!;
    expect([results, partial]).toEqual([60, rows.filter(({ status }) => status === 'stopped').length]);
    const line = marginals.x!;
    for (const { mean } of line.slice(0, 16)) expect(mean).toBeLessThan(0.32);
    expect(line[30]!.mean).toBeGreaterThan(0.55); // the truth is 0.69
    expect(line[30]!.mean).toBeLessThan(0.75);
  });
});

describe('predictions along the axis of a conditional parameter', () => {
  const nested = space({ model: choice(['linear', 'forest']), depth: when('model', 'forest', int(1, 9)) });

  it('are for the configurations that have it', () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const depth = (i % 9) + 1;
      return i % 2 === 0
        ? trialRow(i + 1, 5, { params: { model: 'linear' } })
        : trialRow(i + 1, depth / 10, { params: { model: 'forest', depth } });
    });
    const { marginals } = found(rows, () => [], nested)!;
    expect(marginals.model!.map(({ mean }) => mean)).toEqual([expect.closeTo(5, 1), expect.closeTo(0.5, 1)]);
    for (const { value, mean } of marginals.depth!) expect(Math.abs(mean - (value as number) / 10)).toBeLessThan(0.15);
  });
});

it('very many trials are sampled at random: values may alternate, as in a grid', () => {
  const rows = Array.from({ length: 3000 }, (_, i) => trialRow(i + 1, i % 2, { params: { x: i % 2, y: (i % 50) / 50 } }));
  const { fanova, results } = found(rows, () => [])!;
  expect(results).toBeGreaterThan(1300);
  expect(results).toBeLessThan(1700);
  expect(fanova.x).toBeGreaterThan(0.9);
});
