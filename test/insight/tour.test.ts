import { expect, it } from 'vitest';
import { figureStudy } from '../../src/insight/figures/study.ts';
import { tourOf } from '../../src/insight/tour.ts';
import type { TrialRow } from '../../src/study/trials.ts';

const space = { parameters: { lr: { type: 'float', low: 0, high: 1 } } } as const;

/** Trials in a row: each is suggested at position 2k and ends at 2k + 1. */
const rowsOf = (results: readonly { readonly loss: number; readonly lr: number; readonly rest?: Partial<TrialRow> }[]): TrialRow[] =>
  results.map(({ loss, lr, rest }, k) => ({
    trial: k + 1,
    params: { lr },
    status: 'completed',
    attempt: 1,
    by: 'bo',
    values: { loss },
    suggested: 2 * k + 2,
    ended: 2 * k + 3,
    suggestedAt: k,
    ...rest,
  }));

const tour = (rows: readonly TrialRow[], direction: 'minimize' | 'maximize' = 'minimize') =>
  tourOf(figureStudy({ rows, objectives: [{ name: 'loss', direction }], space, at: 0 }));

const spread = (k: number) => ((7 * k) % 20) / 20;

it('goes from the first result over half of the gain to the best, and says what came after', () => {
  const losses = [1, 0.9, 0.4, 0.5, 0.1, 0.3, 0.2];
  const steps = tour(rowsOf(losses.map((loss, k) => ({ loss, lr: spread(k) }))));
  expect(steps.map(({ position }) => position)).toEqual([3, 7, 11, 15]);
  expect(steps[3]!.text).toContain('2 more trials');
});

it('follows what is better when a value is maximised', () => {
  const steps = tour(rowsOf([0.1, 0.5, 0.9].map((loss, k) => ({ loss, lr: spread(k) }))), 'maximize');
  expect(steps.map(({ position }) => position)).toEqual([3, 5, 7]);
});

it('shows the first choice of a model, and where half of the early stops had happened', () => {
  const rows = rowsOf([
    { loss: 1, lr: 0.1 },
    { loss: 2, lr: 0.9, rest: { status: 'stopped' } },
    { loss: 0.5, lr: 0.5, rest: { tags: { phase: 'modelling' } } },
    { loss: 2, lr: 0.2, rest: { status: 'stopped' } },
    { loss: 2, lr: 0.7, rest: { status: 'stopped' } },
  ]);
  const positions = tour(rows).map(({ position }) => position);
  expect(positions).toContain(5); // before trial 3 was suggested
  expect(positions).toContain(9); // the second of three stops
});

it('shows from where on suggestions are in a small part of a range, if they were not before', () => {
  const wide = Array.from({ length: 8 }, (_, k) => ({ loss: 1, lr: spread(k) }));
  const narrow = Array.from({ length: 20 }, (_, k) => ({ loss: 1, lr: 0.4 + 0.005 * k }));
  const step = tour(rowsOf([...wide, ...narrow])).find(({ text }) => text.includes('lr'));
  expect(step!.position).toBeGreaterThanOrEqual(2 * 6 + 2);
  expect(step!.position).toBeLessThanOrEqual(2 * 8 + 2);
  expect(tour(rowsOf(narrow)).some(({ text }) => text.includes('lr'))).toBe(false);
  expect(tour(rowsOf([...wide, ...wide, ...wide])).some(({ text }) => text.includes('lr'))).toBe(false);
});

it('has no steps without a result', () => {
  expect(tour([])).toEqual([]);
});
