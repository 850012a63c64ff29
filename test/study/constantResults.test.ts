import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { constantTexts, watchConstants } from '../../src/study/constantResults.ts';

const objectives = [{ name: 'loss' }];
const row = (x: number, loss: number, more: object = {}) =>
  ({ params: { x }, status: 'completed', values: { loss, acc: x }, ...more }) as never;
const rows = (count: number, more: object = {}) => Array.from({ length: count }, (_, i) => row(i, 1.21, more));

describe('constantTexts', () => {
  it('names an objective with one value for five configurations, by its printed name', () => {
    expect(constantTexts(objectives, rows(5))).toEqual([expect.stringContaining('loss is 1.21 for all 5 configurations')]);
    expect(constantTexts(objectives, rows(7), 'rmse')).toEqual([expect.stringContaining('rmse is 1.21 for all 7 configurations')]);
    expect(constantTexts([{ name: 'acc' }, ...objectives], rows(5))).toHaveLength(1); // acc differs
  });

  it('needs five different configurations, and no other result', () => {
    expect(constantTexts(objectives, rows(4))).toEqual([]);
    expect(constantTexts(objectives, [...rows(4), row(0, 1.21), row(1, 1.21)])).toEqual([]);
    expect(constantTexts(objectives, [...rows(9), row(9, 1.2)])).toEqual([]);
    expect(constantTexts(objectives, [...rows(4), ...rows(3, { status: 'failed' })])).toEqual([]);
  });

  it('does not count results at low budgets, as a metric may be constant at first', () => {
    const low = rows(9, { budget: 1 });
    expect(constantTexts(objectives, low)).toHaveLength(1);
    expect(constantTexts(objectives, [...low, row(10, 1.21, { status: 'open', values: undefined, budget: 3 })])).toEqual([]);
    expect(constantTexts(objectives, [...low.map((_, i) => row(i, i, { budget: 1 })), ...rows(5, { budget: 3 })])).toHaveLength(1);
  });
});

/** Trials that complete with these values, one after the other. @returns what was said after each */
function said(values: readonly number[], past = 0) {
  let position = 0;
  const watch = watchConstants(() => past);
  const noted = (effect: string, fact: Fact, event?: object) => watch({ position: ++position, at: 0, effect, fact, event } as never);
  noted('created', { type: 'created', objectives: [{ name: 'value', direction: 'minimize' }] } as never);
  return values.map((value, i) => {
    const trial = i + 1;
    noted('suggested', { type: 'suggested', trial, attempt: 1, by: 'random', params: { x: i } }, { type: 'suggested' });
    return noted(
      'ended',
      { type: 'completed', trial, values: { value }, metric: 'rmse' },
      { type: 'ended', id: trial, outcome: 'completed', losses: [value] },
    );
  });
}

describe('watchConstants', () => {
  it('speaks once, after the fifth equal result', () => {
    expect(said([1, 1, 1, 1, 1, 1, 1]).map((text) => text !== undefined)).toEqual([false, false, false, false, true, false, false]);
    expect(said([1, 1, 1, 1, 1])[4]).toContain('rmse is 1 for all 5 configurations');
    expect(said([1, 1, 1, 2, 1, 1, 1, 1, 1, 1]).some((text) => text !== undefined)).toBe(false);
  });

  it('speaks again after a restart, with the first result of that', () => {
    expect(said([1, 1, 1, 1, 1, 1, 1], 13).map((text) => text !== undefined)).toEqual([false, false, false, false, false, false, true]);
  });
});
