import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { constantTexts, watchConstants } from '../../src/insight/constantResults.ts';

const search = { objectives: [{ name: 'loss' }] };
const row = (x: number, loss: number, more: object = {}) =>
  ({ params: { x }, status: 'completed', values: { loss, acc: x }, ...more }) as never;
const rows = (count: number, more: object = {}) => Array.from({ length: count }, (_, i) => row(i, 1.21, more));

describe('constantTexts', () => {
  it('names an objective with one value for five configurations, by its printed name', () => {
    expect(constantTexts(search, rows(5))).toEqual([expect.stringContaining('loss is 1.21 for all 5 configurations')]);
    expect(constantTexts(search, rows(7), 'rmse')).toEqual([expect.stringContaining('rmse is 1.21 for all 7 configurations')]);
    expect(constantTexts({ objectives: [{ name: 'acc' }, ...search.objectives] }, rows(5))).toHaveLength(1); // acc differs
  });

  it('needs five different configurations, and no other result', () => {
    expect(constantTexts(search, rows(4))).toEqual([]);
    expect(constantTexts(search, [...rows(4), row(0, 1.21), row(1, 1.21)])).toEqual([]);
    expect(constantTexts(search, [...rows(9), row(9, 1.2)])).toEqual([]);
    expect(constantTexts(search, [...rows(4), ...rows(3, { status: 'failed' })])).toEqual([]);
  });

  it('does not count results at low budgets, as a metric may be constant at first', () => {
    const low = rows(9, { budget: 1 });
    expect(constantTexts(search, low)).toHaveLength(1);
    expect(constantTexts(search, [...low, row(10, 1.21, { status: 'open', values: undefined, budget: 3 })])).toEqual([]);
    expect(constantTexts(search, [...low.map((_, i) => row(i, i, { budget: 1 })), ...rows(5, { budget: 3 })])).toHaveLength(1);
  });

  it('does not count them before a trial has the highest budget of the strategy', () => {
    const strategy = { chain: [{ hyperband: { min: 1, max: 9 } }, 'random'] };
    expect(constantTexts({ ...search, strategy }, rows(27, { budget: 1 }))).toEqual([]);
    expect(constantTexts({ ...search, strategy }, [...rows(27, { budget: 1 }), ...rows(5, { budget: 9 })])).toHaveLength(1);
    expect(constantTexts({ ...search, strategy }, rows(5))).toHaveLength(1); // no trial has a budget
    expect(constantTexts({ ...search, strategy: { bandit: { arms: { max: { ga: {} } } } } }, rows(5, { budget: 1 }))).toHaveLength(1);
  });
});

/** Trials that complete with these values, one after the other. @returns what was said after each */
function said(values: readonly number[], past = 0) {
  let position = 0;
  const watch = watchConstants(() => past);
  const applied = (effect: string, fact: Fact, event?: object) => watch({ position: ++position, at: 0, effect, fact, event } as never);
  applied('created', { type: 'created', objectives: [{ name: 'value', direction: 'minimize' }] } as never);
  return values.map((value, i) => {
    const trial = i + 1;
    applied('suggested', { type: 'suggested', trial, attempt: 1, by: 'random', params: { x: i } }, { type: 'suggested' });
    return applied(
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

  it('knows the strategy of the study, also after a change', () => {
    const watch = watchConstants(() => 0);
    let position = 0;
    const applied = (effect: string, fact: object, event?: object) => watch({ position: ++position, at: 0, effect, fact, event } as never);
    const complete = (trial: number) => {
      applied('suggested', { type: 'suggested', trial, attempt: 1, by: 'pbt', params: { x: trial }, budget: 1 });
      return applied(
        'ended',
        { type: 'completed', trial, values: { loss: 0 } },
        { type: 'ended', id: trial, outcome: 'completed', losses: [0] },
      );
    };
    const created = { type: 'created', ...search, strategy: { pbt: { max: 10 } } };
    applied('noted', created);
    expect([1, 2, 3, 4, 5, 6].map(complete).every((text) => text === undefined)).toBe(true);
    applied('changed', { type: 'changed', strategy: { pbt: { max: 1 } } });
    expect([7, 8].map(complete).every((text) => text === undefined)).toBe(true);
    applied('noted', created); // it may be stored twice
    expect([9, 10].map(complete).every((text) => text === undefined)).toBe(true);
    expect(complete(11)).toContain('loss is 0 for all 5 configurations');
  });

  it('does not take means over few examples for results that are alike', () => {
    const speaks = (examples: number) => {
      const watch = watchConstants(() => 0);
      let position = 0;
      const applied = (effect: string, fact: object, event?: object) =>
        watch({ position: ++position, at: 0, effect, fact, event } as never);
      applied('created', { type: 'created', objectives: [{ name: 'value', direction: 'minimize' }] });
      const told = Array.from({ length: 5 }, (_, i) => {
        const trial = i + 1;
        applied('suggested', { type: 'suggested', trial, params: { x: i } });
        applied('reported', { type: 'reported', trial }, { type: 'reported', id: trial, step: examples, results: [[0, [0]]] });
        return applied('ended', { type: 'completed', trial, values: { value: 0 } }, { type: 'ended', id: trial });
      });
      return told.some((text) => text !== undefined);
    };
    expect(speaks(2)).toBe(false);
    expect(speaks(10)).toBe(true);
  });

  it('speaks again after a restart, with the first result of that', () => {
    expect(said([1, 1, 1, 1, 1, 1, 1], 13).map((text) => text !== undefined)).toEqual([false, false, false, false, false, false, true]);
  });
});
