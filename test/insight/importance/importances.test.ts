import { expect, it } from 'vitest';
import { themes } from '../../../src/insight/figures/drawing/colours.ts';
import { figureStudy } from '../../../src/insight/figures/figureStudy.ts';
import { figuresOf } from '../../../src/insight/figures/figures.ts';
import { importances } from '../../../src/insight/importance/rowImportances.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import { trialRow } from '../figures/support.ts';

const plane = space({ x: float(0, 1), y: float(0, 1) });
const configuration = (trial: number) => ({ x: (trial * 0.618) % 1, y: (trial * 0.755) % 1 });
const lossAt = ({ x, y }: ReturnType<typeof configuration>) => (x - 0.3) ** 2 + 0.01 * y;

/** A study of these rows. */
const partsOf = (rows: readonly ReturnType<typeof trialRow>[]) => ({
  rows,
  objectives: [{ name: 'loss', direction: 'minimize' as const }],
  space: plane.toJSON(),
  at: 0,
});

it('importance is computed from rows alone, and a figure shows it', () => {
  const rows = Array.from({ length: 24 }, (_, i) => trialRow(i + 1, lossAt(configuration(i + 1)), { params: configuration(i + 1) }));
  const parts = partsOf(rows);
  const found = importances(parts)!;
  expect(found).toMatchObject({ objective: 'loss', results: 24 });
  expect(found.fanova.x).toBeGreaterThan(0.8);
  expect(found.marginals.x!.length).toBe(33);
  const study = figureStudy({ ...parts, importances: found });
  expect(figuresOf('importance', study, themes.light)[0]!.title).toBe('Importance for loss');
  expect(importances(partsOf(rows.slice(0, 3)))).toBeUndefined();
});

it('trials that were stopped count by their curves', () => {
  const rows = Array.from({ length: 24 }, (_, i) => {
    const params = configuration(i + 1);
    const step = [1, 3, 9][i % 3]!;
    const curve = Array.from({ length: step }, (_, k) => [k + 1, lossAt(params) + 1 / (k + 1)]).flat();
    return trialRow(i + 1, 0, { params, status: 'stopped', step, budget: 9, values: { loss: curve.at(-1)! }, curve });
  });
  const found = importances(partsOf(rows))!;
  expect(found.results).toBe(24);
  expect(found.fanova.x).toBeGreaterThan(0.5);
  expect(found.partial).toBe(16);
  for (const { value, mean } of found.marginals.x!)
    expect(Math.abs(mean - lossAt({ x: value as number, y: 0.5 }) - 1 / 9)).toBeLessThan(0.15); // as at step 9, where the best of them are
});
