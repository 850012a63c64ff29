import { describe, expect, it } from 'vitest';
import { themes } from '../../../src/insight/figures/drawing/colours.ts';
import { exampleGrid } from '../../../src/insight/figures/examples.ts';
import { figuresOf } from '../../../src/insight/figures/figures.ts';
import { coded } from '../../support/coded.ts';
import { matrixOf } from '../examples/support.ts';
import { studyOf, trialRow } from './support.ts';

const studyWith = (examples: ReturnType<typeof matrixOf>) => ({ ...studyOf([trialRow(1, 1)]), examples });

describe('the grid of results', () => {
  it('has a cell for each result, the easy examples on the left and the leader on top', () => {
    const { columns, cells, ends } = exampleGrid(matrixOf(['0 1 - 0', '1 1 0 0']));
    expect(columns).toEqual([[1], [0], [3], [2]]); // the better configuration failed on the last one
    expect(cells.toSorted(([a, b], [c, d]) => b - d || a - c)).toEqual([
      [0, 0, 0, 1],
      [1, 0, 0, 1],
      [2, 0, 1, 0],
      [3, 0, 1, 0],
      [0, 1, 0, 1],
      [1, 1, 1, 0],
      [2, 1, 1, 0],
    ]);
    expect(ends).toEqual([1, 0]);
  });
  it('has means of neighbours if there are more examples than columns', () => {
    const { columns, cells } = exampleGrid(matrixOf(['4 3 2 1', '4 3 - -'], 'minimize'), 2);
    expect(columns.map((places) => places.length)).toEqual([2, 2]);
    expect(cells.map(([column, row, , value]) => [column, row, value]).toSorted()).toEqual([
      [0, 0, 1.5],
      [1, 0, 3.5],
      [1, 1, 3.5],
    ]);
  });
  it('ends its colours before values that are far worse', () => {
    const far = exampleGrid(matrixOf([`${Array.from({ length: 39 }, (_, i) => i).join(' ')} 1000`], 'minimize'));
    expect(far).toMatchObject({ ends: [0, 37], isCut: true });
    expect(far.cells.at(-1)).toEqual([39, 0, 1, 1000]);
    // Only one in forty is not solved: that is what the colours must show.
    expect(exampleGrid(matrixOf([`${Array.from({ length: 39 }, () => 1).join(' ')} 0`])).ends).toEqual([1, 0]);
  });
});

describe('the figure', () => {
  const evil = 'a<b>\u001b{x}';
  const study = studyWith(matrixOf(['1 1 0', '1 0 -'], 'maximize', ['first', 'second', evil]));
  const [figure] = figuresOf('examples', study, themes.light);

  it('names the trial and the example of a cell, and outlines the leader', () => {
    const { yAxis, tooltip, series } = figure!.option as never as {
      yAxis: { data: string[] };
      tooltip: { formatter(item: object): string };
      series: { id: string; data: unknown[][] }[];
    };
    expect(yAxis.data).toEqual(['trial 1', 'trial 2']);
    expect(series.map(({ id, data }) => [id, data.length])).toEqual([
      ['trials by example', 5],
      ['leader', 1],
    ]);
    const texts = series[0]!.data.map((value) => tooltip.formatter({ value }));
    expect(texts[0]).toMatch(/^trial 1\nexample first\nscore 1$/);
    expect(texts.some((text) => text.includes('(x)'))).toBe(true);
    expect(figure!.colours).toEqual(['score 1', '0']);
  });
  it('is only for studies with results on examples', () => {
    for (const without of [studyOf([trialRow(1, 1)]), studyWith(matrixOf([]))])
      expect(() => figuresOf('examples', without, themes.light)).toThrow(coded('no-figure') as Error);
  });
});
