import { describe, expect, it } from 'vitest';
import { surfaceOf } from '../../../src/insight/figures/contour.ts';
import { curveScales, curvesOption } from '../../../src/insight/figures/curves.ts';
import { type Theme, themes } from '../../../src/insight/figures/drawing/colours.ts';
import { figuresOf } from '../../../src/insight/figures/figures.ts';
import { bestSoFar, historyPoints } from '../../../src/insight/figures/history.ts';
import { frontPath, pairsOf } from '../../../src/insight/figures/pareto.ts';
import { partsOf } from '../../../src/insight/figures/regret.ts';
import { lanesOf } from '../../../src/insight/figures/timeline.ts';
import { studyOf, trialRow } from './support.ts';

const failed = { status: 'failed' as const, values: undefined as never };

describe('the history', () => {
  const study = studyOf([
    trialRow(1, 3),
    trialRow(2, 5),
    trialRow(3, 0, failed),
    trialRow(4, 1, { budget: 9 }),
    trialRow(5, 2, { budget: 9 }),
  ]);

  it('has the best value so far, which starts again at a higher budget', () => {
    const low = studyOf([
      trialRow(1, 3, { budget: 1 }),
      trialRow(2, 2, { budget: 1 }),
      trialRow(3, 4, { budget: 9 }),
      trialRow(4, 1, { budget: 1 }),
    ]);
    expect(bestSoFar(low, low.objectives[0]!)).toEqual([
      [1, 3],
      [2, 2],
      [3, 4],
      [4, 4],
    ]);
  });

  it('shows trials without a value in a strip', () => {
    const [above, strip] = historyPoints(study);
    expect(Array.from(above!.places[1]).map((place) => Number.isNaN(place))).toEqual([false, false, true, false, false]);
    expect(Array.from(strip!.places[1])).toEqual([Number.NaN, Number.NaN, 0.5, Number.NaN, Number.NaN]);
  });
});

it('a surface is high where results are bad, and ranks do not follow an extreme result', () => {
  const rows = Array.from({ length: 30 }, (_, i) =>
    trialRow(i + 1, i === 0 ? 1e6 : (i + 1) % 5, { params: { lr: 10 ** (-4 + ((i + 1) % 5)), kind: 'relu' } }),
  );
  const surface = surfaceOf(studyOf(rows), [0, 1], true)!;
  expect([surface.across, surface.up]).toEqual([36, 2]);
  const badness = (column: number) => surface.cells.find(([a, b]) => a === column && b === 0)![2];
  expect(badness(0)).toBeLessThan(badness(17));
  expect(badness(17)).toBeLessThan(badness(35));
  expect(surfaceOf(studyOf(rows), [0, 7], true)).toBeUndefined();
});

it('a surface spans all colours, and its ends are values of what it shows, not of trials that were stopped', () => {
  const lrs = [1e-4, 1e-3, 1e-2, 1e-1];
  const completed = lrs.map((lr, i) => trialRow(i + 1, 0.1 + 0.01 * i, { params: { lr, kind: 'relu' } }));
  const stopped = lrs.map((lr, i) => trialRow(i + 5, 50 + i, { params: { lr, kind: 'relu' }, status: 'stopped' }));
  const { cells, ends } = surfaceOf(studyOf([...completed, ...stopped]), [0, 1], false)!;
  expect(Math.min(...cells.map(([, , badness]) => badness))).toBe(0);
  expect(Math.max(...cells.map(([, , badness]) => badness))).toBe(1);
  expect(ends![0]).toBeGreaterThan(0.095);
  expect(ends![1]).toBeLessThan(0.135);
  expect(ends![0]).toBeLessThan(ends![1]);
});

it('a surface that is equal everywhere has one colour', () => {
  const rows = [1e-4, 1e-1].map((lr, i) => trialRow(i + 1, 3, { params: { lr, kind: 'relu' } }));
  const { cells, ends } = surfaceOf(studyOf(rows), [0, 1], false)!;
  expect(new Set(cells.map(([, , badness]) => badness))).toEqual(new Set([0.5]));
  expect(ends![0]).toBeCloseTo(3);
  expect(ends![1]).toBeCloseTo(3);
});

it('a figure says which colours are good in its theme, and their values', () => {
  const study = studyOf([1e-4, 1e-1].map((lr, i) => trialRow(i + 1, 1 + i, { params: { lr, kind: 'relu' } })));
  const noteIn = (kind: 'contour' | 'rank' | 'parallel', theme: Theme) => figuresOf(kind, study, theme)[0]!.note;
  expect(noteIn('contour', themes.light)).toMatch(/^from 1[.\d]* \(dark\) to [12][.\d]*$/);
  expect(noteIn('contour', themes.dark)).toContain('(light) to');
  const failures = studyOf([trialRow(1, 0, failed)]);
  expect(figuresOf('contour', failures, themes.light)[0]!.note, 'without a result').toBe('dark is good');
  expect([themes.light, themes.dark].map((theme) => noteIn('rank', theme))).toEqual(['dark is good', 'light is good']);
  expect(noteIn('parallel', themes.dark)).toContain('light for good ones');
});

it('a trainer has as many lanes as it runs trials at once', () => {
  const { names, laneOf } = lanesOf(
    studyOf([trialRow(1, 1, { endedAt: 2500 }), trialRow(2, 1), trialRow(3, 1), trialRow(4, 1, { trainer: 'other' })]).rows,
  );
  expect(names).toEqual(['host 1', 'host 2', 'other']);
  expect([...laneOf]).toEqual([
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 2],
  ]);
});

it('the front goes from left to right', () => {
  const study = studyOf(
    [
      trialRow(1, 2, { values: { loss: 2, time: 1 } }),
      trialRow(2, 1, { values: { loss: 1, time: 3 } }),
      trialRow(3, 3, { values: { loss: 3, time: 3 } }),
    ],
    ['loss', 'time'],
  );
  expect(frontPath(study, [0, 1])).toEqual([
    [1, 3, 2],
    [2, 1, 1],
  ]);
  expect(pairsOf(3)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

it('an axis leaves out few bad values, but none of a trial on the front', () => {
  const usual = Array.from({ length: 40 }, (_, i) => trialRow(i + 1, 1, { values: { loss: 3 + (i % 2), time: 3 + (i % 3) } }));
  const [, , , time] = studyOf([...usual, trialRow(41, 9, { values: { loss: 9, time: 40 } })], ['loss', 'time']).scales;
  expect(time!.high).toBe(5);
  const [, , , withFront] = studyOf([...usual, trialRow(41, 1, { values: { loss: 1, time: 40 } })], ['loss', 'time']).scales;
  expect(withFront!.high).toBeGreaterThanOrEqual(40);
});

it('curves have an axis that few bad values do not stretch', () => {
  const usual = Array.from({ length: 40 }, (_, i) => trialRow(i + 1, 1, { curve: [1, 2, 2, 1, 3, 1] }));
  const [steps, values] = curveScales(studyOf([...usual, trialRow(41, 1, { curve: [1, 1e9] })]));
  expect([steps.low, steps.high]).toEqual([0, 3]);
  expect(values.high).toBe(2);
});

it('an axis is logarithmic if most completed trials would be at its lower end', () => {
  const kindOf = (values: readonly number[]) => studyOf(values.map((loss, i) => trialRow(i + 1, loss))).scales.at(-1)!.kind;
  const crowd = Array.from({ length: 30 }, (_, i) => 0.1 + i / 1000);
  expect(kindOf([...crowd, 1.5, 2, 2, 2, 2])).toBe('log');
  expect(kindOf([...crowd, 0.5, 0.6, 0.7, 0.8, 0.9])).toBe('linear'); // the ends are too near
  expect(kindOf(crowd.map((_, i) => 0.1 + i / 15))).toBe('linear'); // evenly spread
  expect(kindOf([...crowd.map((value) => 2.2 - value), 0.1, 0.1, 0.1, 0.1])).toBe('linear'); // at its upper end
  const stopped = Array.from({ length: 90 }, (_, i) => trialRow(31 + i, 0.1 + i / 40, { status: 'stopped' }));
  expect(studyOf([...crowd.map((loss, i) => trialRow(1 + i, loss)), ...stopped]).scales.at(-1)!.kind).toBe('log');
});

it('curves have lines at budgets and where trials are usually stopped', () => {
  const stopped = (trial: number, step: number) => ({ ...trialRow(trial, 1, { status: 'stopped', step, budget: 27, curve: [1, 1] }) });
  const rows = [
    ...Array.from({ length: 38 }, (_, i) => stopped(i + 1, i % 2 ? 3 : 1)),
    stopped(39, 4),
    trialRow(40, 1, { budget: 27, curve: [1, 1] }),
  ];
  const study = studyOf(rows);
  const { series } = curvesOption(study, themes.light, curveScales(study)) as { series: readonly { data: unknown }[] };
  expect(series[0]!.data).toEqual([[1], [3], [27]]);
});

it('curves have a logarithmic axis if results have one', () => {
  const rows = Array.from({ length: 60 }, (_, i) => trialRow(i + 1, 0.1 + (i % 2), { curve: [1, 2, 2, 0.1 + (i % 2)] }));
  expect(curveScales(studyOf(rows))[1].kind).toBe('linear');
  const withBad = studyOf([...rows, ...Array.from({ length: 4 }, (_, i) => trialRow(61 + i, 9, { curve: [1, 9] }))]);
  expect([withBad.scales.at(-1)!.kind, curveScales(withBad)[1].kind]).toEqual(['log', 'log']);
});

it('a trial that resumes another one counts for the strategy that proposed the first', () => {
  const parts = partsOf(
    studyOf([
      trialRow(1, 3, { by: 'asha/random', budget: 1 }),
      trialRow(2, 2, { by: 'asha', budget: 3, resumes: 1 }),
      trialRow(3, 1, { by: 'tpe', budget: 3 }),
    ]),
  );
  expect(parts.get('asha/random')).toMatchObject({ trials: 2, completed: 2, wins: 1, line: [[2, 1, 2]] });
  expect(parts.get('tpe')).toMatchObject({ trials: 1, wins: 1, line: [[3, 0, 3]] });
});
