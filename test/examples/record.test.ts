import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { epochs } from '../../examples/digits/network.ts';
import { comparison, quantile, readRecord, signTest, strength } from '../../examples/digits/record.ts';
import { cost, type Name, networks, strategies } from '../../examples/digits/study.ts';

const record = readRecord();
const names = Object.keys(strategies) as Name[];

describe('the recorded comparison', () => {
  it('is of the space, the strategies and the limit in the code', () => {
    expect(record.space).toEqual(networks.toJSON());
    expect(record.cost).toBe(cost);
    expect(Object.keys(record.runs)).toEqual(names);
    expect(record.commit).toMatch(/^[0-9a-f]{40}$/);
  });

  it('has seeds 101 to 132 of each strategy, which were not used to choose anything, with equal epochs up to the last training', () => {
    for (const name of names) {
      expect(record.runs[name].map(({ seed }) => seed)).toEqual(Array.from({ length: 32 }, (_, i) => 101 + i));
      for (const run of record.runs[name]) {
        expect(run.epochs).toBeGreaterThanOrEqual(cost);
        // The study ends between two trials, and does not count an epoch in which training diverged.
        expect(run.epochs).toBeLessThanOrEqual(cost + epochs + 3);
        expect(run.loss).toBeGreaterThan(0);
      }
    }
  });

  it('is shown with medians and quartiles, and how often the default is better', () => {
    const losses = (name: Name) => record.runs[name].map(({ loss }) => loss);
    const shown = comparison(record);
    for (const name of names) {
      const sorted = losses(name).sort((a, b) => a - b);
      expect(shown).toContain(((sorted[15]! + sorted[16]!) / 2).toFixed(4));
      expect(shown).toContain(`${(sorted[7]! + 0.75 * (sorted[8]! - sorted[7]!)).toFixed(4)} to `);
    }
    const won = losses('early, auto').filter((loss, i) => loss < losses('random')[i]!).length;
    expect(shown).toContain(`better with ${won} of 32 seeds`);
    const table = shown.split('\n').slice(1, -1);
    expect(table).toHaveLength(1 + names.length);
    // The sentence below the table compares the default with each other strategy.
    expect(
      shown
        .split('\n')
        .at(-1)!
        .match(/of 32 seeds/g),
    ).toHaveLength(names.length - 1);
    for (const line of table) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(80);
  });
});

describe('the verdict', () => {
  it('is a sign test', () => {
    expect(signTest(2, 4)).toBe(1);
    expect(signTest(4, 4)).toBe(2 / 16);
    expect(signTest(1, 5)).toBeCloseTo(12 / 32, 12);
    expect([13, 12, 8, 4, 3].map((won) => strength(won, 16))).toEqual([
      'better than',
      'not distinguishable from',
      'not distinguishable from',
      'not distinguishable from',
      'worse than',
    ]);
  });

  it('admits it if the default loses', () => {
    const runs = { ...record.runs, random: record.runs.random.map((one) => ({ ...one, loss: 0 })) };
    expect(comparison({ ...record, runs })).toContain('the default is worse than random search (better with 0 of 32 seeds)');
  });

  it('quotes quantiles as numpy does', () => {
    expect([0, 0.25, 0.5, 1].map((part) => quantile([4, 1, 3, 2], part))).toEqual([1, 1.75, 2.5, 4]);
  });
});
