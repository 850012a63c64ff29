import { describe, expect, it } from 'vitest';
import { comparePair } from '../../../src/insight/examples/pair.ts';
import { leaderText, pairText, signed } from '../../../src/insight/examples/texts.ts';
import { shrunk, twoWayFit } from '../../../src/insight/examples/twoWayFit.ts';
import { matrixOf } from './support.ts';

describe('the fit of rows and columns', () => {
  it('finds effects that add up, although cells are empty', () => {
    // row effects 1 and 3, column effects -1, 0 and 1; the second row lacks the first column
    const { rows, columns } = twoWayFit({ rows: [0, 0, 0, 1, 1], columns: [0, 1, 3, 1, 3], values: [0, 1, 2, 3, 4] });
    expect([...rows].map((effect) => Number(effect.toFixed(6)))).toEqual([1, 3]);
    expect([...columns].map((effect) => Math.round(effect * 1e6) / 1e6 + 0)).toEqual([-1, 0, Number.NaN, 1]);
  });
  it('is drawn to the mean where there are few values', () => {
    // Rows of 1, 1 and 4 values at 8, 0 and 1 without effects of columns: each value is off by 1 in its row of four.
    const cells = { rows: [0, 1, 2, 2, 2, 2], columns: [0, 1, 2, 3, 4, 5], values: [8, 0, 0, 2, 0, 2] };
    const fit = { rows: Float64Array.of(8, 0, 1), columns: new Float64Array(6) };
    // What is left: 4, of 6 values with 8 effects, so over 1. Between rows: the mean of (25 - 4), (9 - 4) and (4 - 1).
    const [noise, between] = [4, (21 + 5 + 3) / 3];
    expect([...shrunk(cells, fit)]).toEqual([
      expect.closeTo(3 + (5 * between) / (between + noise), 12),
      expect.closeTo(3 - (3 * between) / (between + noise), 12),
      expect.closeTo(3 - (2 * between) / (between + noise / 4), 12),
    ]);
  });
  it('of nothing is nothing', () => {
    expect(twoWayFit({ rows: [], columns: [], values: [] }).rows).toHaveLength(0);
  });
});

describe('the matrix of a study', () => {
  it('has the leader first, and examples from easy to hard, whatever is better', () => {
    const lines = ['0 1 0 1', '1 1 0 1', '0 0 0 1'];
    expect(matrixOf(lines)).toMatchObject({ leader: 2, configurations: 3, count: 4, order: [3, 1, 0, 2] });
    expect(matrixOf(lines).rows.map(({ trial, value }) => [trial, value])).toEqual([
      [2, 0.75],
      [1, 0.5],
      [3, 0.25],
    ]);
    expect(matrixOf(lines, 'minimize')).toMatchObject({ leader: 3, order: [2, 0, 1, 3] });
    expect(matrixOf(lines, 'minimize').rows.map(({ trial }) => trial)).toEqual([3, 1, 2]);
  });
  it('ranks configurations by what they would have on all examples', () => {
    // Trial 2 has the higher mean, 0.5, on the two easy examples only; there, trial 1 has 1.
    const { rows } = matrixOf(['1 1 0 0', '1 0 - -', '0 0 0 0']);
    expect(rows.map(({ trial }) => trial)).toEqual([1, 2, 3]);
    expect(rows[1]).toMatchObject({
      value: 0.5,
      results: [
        [0, 1],
        [1, 0],
      ],
    });
  });
  it('has the configurations with the most results, and the leader', () => {
    const lines = Array.from({ length: 60 }, (_, i) => (i < 20 ? '0 - -' : '0 0 -'));
    const matrix = matrixOf(['1 - -', ...lines]);
    expect(matrix).toMatchObject({ configurations: 61, leader: 1, order: [0, 1] });
    expect(matrix.rows).toHaveLength(40);
    expect(matrix.rows[0]!.trial).toBe(1);
    expect(matrix.rows.slice(1).every(({ results }) => results.length === 2)).toBe(true);
  });
  it('lists examples that nothing solves, if at least five tried', () => {
    const lines = ['1 0 0 0', '1 0 0 0', '0 0 0 -', '1 0 0 1', '1 0 - 0', '0 0 - 0'];
    expect(matrixOf(lines).unsolved).toEqual([[1, 6]]);
    expect(matrixOf(lines, 'minimize').unsolved).toEqual([]);
    expect(matrixOf(lines.map((line) => line.replaceAll('1', '0'))).unsolved).toEqual([]); // there is no better value
  });
  it('of a study without results has no rows', () => {
    expect(matrixOf([])).toMatchObject({ rows: [], order: [], unsolved: [], configurations: 0 });
    expect(leaderText(matrixOf([]))).toBeUndefined();
  });
});

describe('the paired difference of two configurations', () => {
  const matrix = matrixOf(['0.5 0.2 0.9 0.4 -', '0.3 0.2 0.5 - 0.9']);
  const [a, b] = [1, 2].map((trial) => matrix.rows.find((row) => row.trial === trial)!) as [never, never];

  it('is on the examples that both have, with an interval by t', () => {
    const { n, mean, interval, better, deciding } = comparePair(matrix, a, b);
    // Differences 0.2, 0 and 0.4: the mean is 0.2, the variance 0.04, and the quantile of t with 2 degrees of freedom is 2.92.
    expect([n, mean]).toEqual([3, expect.closeTo(0.2, 12)]);
    const reach = 2.9199856 * Math.sqrt(0.04 / 3);
    expect(interval).toEqual([expect.closeTo(0.2 - reach, 6), expect.closeTo(0.2 + reach, 6)]);
    // t = 0.2 / sqrt(0.04 / 3) = 1.7321; with 2 degrees of freedom, (1 + t / sqrt(2 + t²)) / 2.
    expect(better).toBeCloseTo((1 + Math.sqrt(3) / Math.sqrt(5)) / 2, 10);
    expect(deciding).toEqual([
      [2, expect.closeTo(0.4 / 3, 12)],
      [0, expect.closeTo(0.2 / 3, 12)],
    ]);
  });
  it('has the other sign the other way round, and for values to minimise the other chance', () => {
    const there = comparePair(matrix, a, b);
    const back = comparePair(matrix, b, a);
    expect(back.mean).toBeCloseTo(-there.mean, 12);
    expect(back.better).toBeCloseTo(1 - there.better!, 12);
    const lower = comparePair({ ...matrix, objective: { name: 'loss', direction: 'minimize' } }, a, b);
    expect(lower.mean).toBeCloseTo(there.mean, 12);
    expect(lower.better).toBeCloseTo(1 - there.better!, 12);
  });
  it('says which is better, and nothing that one example does not show', () => {
    expect(pairText(matrix, [a, b], comparePair(matrix, a, b))).toMatch(
      /^Trial 1 is better than trial 2 by 0\.2 on the 3 examples.*90 % interval/,
    );
    const one = matrixOf(['1 - -', '0 - 1', '- 1 -']);
    const [x, y, z] = [1, 2, 3].map((trial) => one.rows.find((row) => row.trial === trial)!) as [never, never, never];
    expect(comparePair(one, y, x)).toEqual({ n: 1, mean: -1, deciding: [[0, -1]] });
    expect(pairText(one, [y, x], comparePair(one, y, x))).toMatch(/^Trial 2 is worse than trial 1 by 1 on the example/);
    expect(comparePair(one, x, z)).toMatchObject({ n: 0, deciding: [] });
    expect(pairText(one, [x, z], comparePair(one, x, z))).toMatch(/no example in common/);
    expect(signed(-0.5)).toBe('−0.5');
  });
});

it('a leader among several is too good by chance; one alone is not', () => {
  expect(leaderText(matrixOf(['1 1 0', '1 0 0']))).toMatch(
    /^Trial 1 leads: score 0\.6667 ± .* on all 3 examples\. It is the best of 2 configurations.*worse/,
  );
  expect(leaderText(matrixOf(['1 1 -']))).toMatch(/on 2 of 3 examples\.$/);
});
