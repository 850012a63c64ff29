import { describe, expect, it } from 'vitest';
import { surfaceOf } from '../../../src/insight/figures/contour.ts';
import { curveScales, curveSeries, curvesPlan } from '../../../src/insight/figures/curves.ts';
import { themes } from '../../../src/insight/figures/drawing/colours.ts';
import { figureStudy } from '../../../src/insight/figures/figureStudy.ts';
import { figuresOf } from '../../../src/insight/figures/figures.ts';
import { bestSoFar, historyPoints, passedIn } from '../../../src/insight/figures/history.ts';
import { parallelAxes, parallelLines } from '../../../src/insight/figures/parallel.ts';
import { frontPath, objectivePairs } from '../../../src/insight/figures/pareto.ts';
import { bestLineage, scheduled, schedulePath } from '../../../src/insight/figures/schedule.ts';
import { lanesOf } from '../../../src/insight/figures/timeline.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
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

  it('gives a leader the mean of all its examples from when it began to lead', () => {
    const on = (examples: number, ended: number, more: object = {}) => ({ budget: examples, step: examples, examples, ended, ...more });
    const race = studyOf([
      trialRow(1, 3, on(2, 11, { leader: 1 })),
      trialRow(2, 1, on(2, 12, { leader: 2 })), // leads, by luck
      trialRow(3, 9, on(1, 13, { status: 'stopped', budget: 2 })),
      trialRow(4, 2.5, on(4, 14, { resumes: 2, leader: 4 })),
      trialRow(5, 2.6, on(6, 15, { resumes: 4, leader: 5 })),
      trialRow(6, 2.9, on(4, 18, { leader: 6 })), // began before the leader had more, and is better than it on these four
      trialRow(7, 2, on(5, 17)), // is not
      trialRow(8, 2.7, on(8, 16, { resumes: 5, leader: 8 })),
      trialRow(9, 2.8, on(6, 19, { resumes: 6, leader: 9 })),
    ]);
    expect(bestSoFar(race, race.objectives[0]!)).toEqual([
      [1, 3],
      [2, 2.7],
      [6, 2.8],
      [9, 2.8],
    ]);
    expect(race.ranked.slice(0, 2).map(({ trial }) => trial)).toEqual([9, 8]);
  });

  it('shows trials without a value in a strip', () => {
    const [above, strip] = historyPoints(study);
    expect(Array.from(above!.places[1]).map((place) => Number.isNaN(place))).toEqual([false, false, true, false, false]);
    expect(Array.from(strip!.places[1])).toEqual([Number.NaN, Number.NaN, 0.5, Number.NaN, Number.NaN]);
  });
});

it('a surface is high where results are bad', () => {
  const rows = Array.from({ length: 30 }, (_, i) =>
    trialRow(i + 1, (i + 1) % 5, { params: { lr: 10 ** (-4 + ((i + 1) % 5)), kind: 'relu' } }),
  );
  const surface = surfaceOf(studyOf(rows), [0, 1])!;
  expect([surface.across, surface.up]).toEqual([36, 2]);
  const badness = (column: number) => surface.cells.find(([a, b]) => a === column && b === 0)![2];
  expect(badness(0)).toBeLessThan(badness(17));
  expect(badness(17)).toBeLessThan(badness(35));
  expect(surfaceOf(studyOf(rows), [0, 7])).toBeUndefined();
});

it('a surface spans all colours, and its ends are values of what it shows, not of trials that were stopped', () => {
  const lrs = [1e-4, 1e-3, 1e-2, 1e-1];
  const completed = lrs.map((lr, i) => trialRow(i + 1, 0.1 + 0.01 * i, { params: { lr, kind: 'relu' } }));
  const stopped = lrs.map((lr, i) => trialRow(i + 5, 50 + i, { params: { lr, kind: 'relu' }, status: 'stopped' }));
  const { cells, ends } = surfaceOf(studyOf([...completed, ...stopped]), [0, 1])!;
  expect(Math.min(...cells.map(([, , badness]) => badness))).toBe(0);
  expect(Math.max(...cells.map(([, , badness]) => badness))).toBe(1);
  expect(ends![0]).toBeGreaterThan(0.095);
  expect(ends![1]).toBeLessThan(0.135);
  expect(ends![0]).toBeLessThan(ends![1]);
});

it('a surface that is equal everywhere has one colour', () => {
  const rows = [1e-4, 1e-1].map((lr, i) => trialRow(i + 1, 3, { params: { lr, kind: 'relu' } }));
  const { cells, ends } = surfaceOf(studyOf(rows), [0, 1])!;
  expect(new Set(cells.map(([, , badness]) => badness))).toEqual(new Set([0.5]));
  expect(ends![0]).toBeCloseTo(3);
  expect(ends![1]).toBeCloseTo(3);
});

it('a figure says what the ends of its colours mean', () => {
  const study = studyOf([1e-4, 1e-1].map((lr, i) => trialRow(i + 1, 1 + i, { params: { lr, kind: 'relu' } })));
  const endsOf = (kind: 'contour' | 'parallel', of = study) => figuresOf(kind, of, themes.light)[0]!.colours;
  expect(endsOf('contour')).toEqual([expect.stringMatching(/^loss 1[.\d]*$/), expect.stringMatching(/^[12][.\d]*$/)]);
  expect(endsOf('parallel')).toEqual(['loss 1', '2']);
  expect(endsOf('contour', studyOf([trialRow(1, 0, failed)])), 'without a result').toBeUndefined();
});

describe('parallel axes', () => {
  const names = Array.from({ length: 12 }, (_, k) => `weight_of_the_group_${k}`);
  const rows = [1, 2, 3].map((trial) => ({
    ...trialRow(trial, trial),
    params: Object.fromEntries(names.map((name) => [name, trial / 4])),
  }));
  const parameters = Object.fromEntries(names.map((name) => [name, float(0, 1)]));
  const wide = (importances?: object) =>
    figureStudy({
      rows,
      objectives: [{ name: 'loss', direction: 'minimize' }],
      space: space(parameters).toJSON(),
      at: 0,
      importances: importances as never,
    });

  it('are those of the most important parameters, and names differ after they are cut', () => {
    expect(parallelAxes(wide())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 12]);
    const fanova = Object.fromEntries(names.map((name, k) => [name, k / 66]));
    const study = wide({ fanova });
    expect(parallelAxes(study)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 12]);
    expect(parallelAxes(study, 12)).toHaveLength(13);
    const { option, note } = figuresOf('parallel', study, themes.light)[0]!;
    expect(note).toContain('the 8 most important of 12');
    expect(figuresOf('parallel', study, themes.light, names.slice(0, 3))[0]!.note).toContain('over 3 of 12');
    const shown = (option.parallelAxis as readonly { readonly name: string }[]).map(({ name }) => name);
    expect(new Set(shown).size).toBe(9);
    expect(shown[0]!.length).toBeLessThan(names[0]!.length);
  });

  it('have a line for each chosen trial, also without a result, and the best on top', () => {
    const study = studyOf([trialRow(1, 1), trialRow(2, 3), trialRow(3, 9, { status: 'stopped' }), trialRow(4, 0, failed)]);
    const lines = parallelLines(study, [0, 2]);
    expect(lines.map(({ badness }) => badness)).toEqual([Number.NaN, ...[0.9, 0.3, 0.1].map((bad) => expect.closeTo(bad))]);
    expect(lines.map(({ isBest }) => isBest)).toEqual([false, false, false, true]);
    expect(parallelLines({ ...study, isChosen: (i) => i === 1 }, [0, 2])).toHaveLength(1);
  });
});

it('the schedule is what the best trial and those that it resumes had at each step', () => {
  const member = (trial: number, loss: number, lr: number, resumes?: number) =>
    trialRow(trial, loss, { params: { lr, kind: 'relu' }, step: 5 * (resumes === undefined ? 1 : 2), ...(resumes && { resumes }) });
  const study = studyOf([member(1, 3, 0.01), member(2, 4, 0.1), member(3, 1, 1, 1), member(4, 2, 0.1, 2)]);
  expect(bestLineage(study).map(({ trial }) => trial)).toEqual([1, 3]);
  expect(scheduled(study)).toEqual([0]);
  expect(schedulePath(study, 0)).toEqual([
    [0, expect.closeTo(0.5)],
    [5, 1],
    [10, 1],
  ]);
  expect(scheduled(studyOf([member(1, 3, 0.01), member(2, 1, 0.01, 1)]))).toEqual([]);
});

it('a curve goes on where the resumed one ends, but not if its trainer began again', () => {
  const linksOf = (first: number) => {
    const study = studyOf([trialRow(1, 3, { curve: [1, 4, 5, 3] }), trialRow(2, 1, { resumes: 1, curve: [first, 3, 10, 1] })]);
    return curveSeries(study, themes.light, curveScales(study)).filter(({ id }) => String(id).startsWith('link'));
  };
  expect(linksOf(6)).toHaveLength(1);
  expect(linksOf(1)).toHaveLength(0);
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
  expect(objectivePairs(3)).toEqual([
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
  const { series } = curvesPlan(study).option(themes.light) as { series: readonly { data: unknown }[] };
  expect(series[0]!.data).toEqual([[1], [3], [27]]);
});

it('curves and costs of trials on examples count these, and mark no rungs', () => {
  const rows = [3, 9].map((step, i) => trialRow(i + 1, 1, { budget: step, step, examples: step, curve: [1, 2, step, 1] }));
  const [steps, examples] = [rows.map(({ examples: _, ...row }) => row), rows].map((some) => studyOf(some, ['loss'], { along: 'cost' }));
  expect([steps!, examples!].map((study) => curveScales(study)[0].name)).toEqual(['step', 'examples']);
  expect([steps!, examples!].map((study) => passedIn(study).scale.name)).toEqual(['cost in steps', 'cost in results']);
  const rungsOf = (study: typeof steps) =>
    (curvesPlan(study!).option(themes.light) as { series: readonly { id?: string }[] }).series.filter(({ id }) => id === 'rungs').length;
  expect([rungsOf(steps), rungsOf(examples)]).toEqual([1, 0]);
});

it('curves have a logarithmic axis if results have one, unless a person chose', () => {
  const rows = Array.from({ length: 60 }, (_, i) => trialRow(i + 1, 0.1 + (i % 2), { curve: [1, 2, 2, 0.1 + (i % 2)] }));
  expect(curveScales(studyOf(rows))[1].kind).toBe('linear');
  const withBad = studyOf([...rows, ...Array.from({ length: 4 }, (_, i) => trialRow(61 + i, 9, { curve: [1, 9] }))]);
  expect([withBad.scales.at(-1)!.kind, curveScales(withBad)[1].kind]).toEqual(['log', 'log']);
  expect(curveScales({ ...withBad, view: { scale: 'linear' } })[1].kind).toBe('linear');
});
