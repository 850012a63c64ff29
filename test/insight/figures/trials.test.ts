import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../src/insight/figures/cells.ts';
import { themes } from '../../../src/insight/figures/drawing/colours.ts';
import { sides } from '../../../src/insight/figures/drawing/looks.ts';
import { numeric } from '../../../src/insight/figures/drawing/scale.ts';
import { figuresOf } from '../../../src/insight/figures/figures.ts';
import { bestSoFar, historyPoints, passedIn } from '../../../src/insight/figures/history.ts';
import { beyondText, crowdOf, trialSeries, trialsOver } from '../../../src/insight/figures/points.ts';
import { svgOf } from '../../../src/page/svg.ts';
import { studyOf, trialRow } from './support.ts';

describe('what the history counts', () => {
  const rows = [
    trialRow(1, 3, { ended: 9, endedAt: 240_000, step: 10 }),
    trialRow(2, 2, { ended: 6, endedAt: 61_000, step: 4, status: 'stopped' }),
    trialRow(3, 1, { ended: 8, endedAt: 121_000, step: 10 }),
    { ...trialRow(4, 1, { status: 'open' }), endedAt: undefined as never },
  ];
  const seen = (along: 'trial' | 'time' | 'cost') => studyOf(rows, ['loss'], { along });

  it('is the number of a trial, or the time or the cost when it ended', () => {
    expect(passedIn(seen('trial')).values).toEqual([1, 2, 3, 4]);
    const time = passedIn(seen('time'));
    expect([time.scale.low, time.scale.high]).toEqual([0, 239 / 60]);
    expect(Array.from(time.values, (value) => 60 * value)).toEqual([239, 60, 120, expect.closeTo(59)]);
    const cost = passedIn(seen('cost'));
    expect([cost.scale.low, cost.scale.high]).toEqual([0, 24]);
    expect(cost.values).toEqual([24, 4, 14, 24]);
  });

  it('orders the best values', () => {
    const study = seen('cost');
    expect(bestSoFar(study, study.objectives[0]!, passedIn(study))).toEqual([
      [14, 1],
      [24, 1],
    ]);
    expect(Array.from(historyPoints(study)[0]!.places[0])).toEqual([1, 4 / 24, 14 / 24, 1]);
  });
});

it('a person chooses the axis of values', () => {
  const rows = Array.from({ length: 40 }, (_, i) => trialRow(i + 1, i < 39 ? 1 + i / 39 : 900));
  const axis = (view: Parameters<typeof studyOf>[2]) => studyOf(rows, ['loss'], view).scales.at(-1)!;
  expect(axis({})).toMatchObject({ kind: 'linear', high: 2 });
  expect(axis({ scale: 'log' })).toMatchObject({ kind: 'log', high: 2 });
  expect(axis({ range: 'all' })).toMatchObject({ kind: 'log', high: 1000 });
  expect(axis({ range: 'all', scale: 'linear' })).toMatchObject({ kind: 'linear', low: 0, high: 1000 });
});

it('trials beyond an axis are marked, and counted in words', () => {
  const rows = Array.from({ length: 40 }, (_, i) => trialRow(i + 1, i < 38 ? 1 + i / 38 : 900));
  const study = studyOf(rows);
  const [points] = trialsOver(study, 0, 2);
  expect(beyondText(points!, [...rows.keys()])).toBe('2 above');
  expect(beyondText(points!, [0, 1, 2])).toBe('');
  const marks = trialSeries([points!], study, themes.light);
  const arrows = marks.filter(({ id }) => sides.some((side) => String(id).endsWith(side)));
  expect(arrows).toMatchObject([{ id: 'trials 0 completed above', data: [{ 2: 39 }, { 2: 40 }] }]);
  const all = studyOf(rows, ['loss'], { range: 'all' });
  expect(beyondText(trialsOver(all, 0, 2)[0]!, [...rows.keys()])).toBe('');
});

describe('a crowd', () => {
  const rows = Array.from({ length: 4000 }, (_, i) => trialRow(i + 1, 1 + ((i * 37) % 4000) / 4000));
  const study = studyOf(rows);

  it('is drawn in cells, and only the best trials as points', () => {
    const drawn = (count: number) => {
      const of = studyOf(rows.slice(0, count));
      return trialSeries(trialsOver(of, 0, 2), of, themes.light);
    };
    const points = (series: ReturnType<typeof drawn>) => series.filter(({ id }) => id).flatMap(({ data }) => data as readonly number[][]);
    expect(points(drawn(3000))).toHaveLength(3000);
    const best = points(drawn(4000));
    expect(best.map(([, , trial]) => trial).sort((a, b) => a! - b!)).toEqual(
      study.ranked
        .slice(0, 40)
        .map(({ trial }) => trial)
        .sort((a, b) => a - b),
    );
    const svg = svgOf(figuresOf('history', study, themes.light), themes.light);
    expect(svg.length).toBeLessThan(400_000);
    expect(svg).toContain('>completed</text>');
  });

  it('is left out on a surface', () => {
    const [points] = trialsOver(study, 0, 1);
    const indices = [...rows.keys()];
    expect(crowdOf(points!, indices, (i) => i < 7).crowd).toHaveLength(4000);
    expect(crowdOf({ ...points!, onSurface: true }, indices, (i) => i < 7)).toEqual({ points: [0, 1, 2, 3, 4, 5, 6], crowd: [] });
  });

  it('is opaque where trials are many, and wide in a category that has many', () => {
    const frame = { left: 0, width: 100, bottom: 100, height: 100, seen: [0, 100] as const };
    const [x, y] = [numeric('x', 0, 1, false), numeric('y', 0, 1, false)];
    const places = [0.05, 0.05, 0.05, 0.95, 0.5];
    const cells = cellsOf({ x, y, places: [places, [0.5, 0.5, 0.5, 0.5, 1.02]] }, [0, 1, 2, 3, 4], () => 'completed', frame);
    const [many, one, above] = cells;
    expect(cells).toHaveLength(3);
    expect(many!.opacity).toBeGreaterThan(one!.opacity);
    expect(many!.width).toBeCloseTo(one!.width);
    expect(above!.y + above!.height).toBeLessThanOrEqual(0.001); // outside of the frame
    const [, kind] = studyOf(rows.slice(0, 3)).scales;
    const shapes = cellsOf(
      {
        x: kind!,
        y,
        places: [
          [0.25, 0.25, 0.75],
          [0.5, 0.5, 0.5],
        ],
      },
      [0, 1, 2],
      () => 'completed',
      frame,
    );
    expect(shapes.map(({ width }) => width)).toEqual([expect.closeTo(43), expect.closeTo(21.5)]);
    expect(shapes.map((cell) => cell.x + cell.width / 2)).toEqual([25, 75]);
  });
});
