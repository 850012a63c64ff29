import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EqualCurves } from '../../../src/samplers/duplicates/equalCurves.ts';
import { FlatRegions } from '../../../src/samplers/duplicates/flatRegions.ts';
import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';

const { axes } = space({ x: float(0, 1), y: float(0, 1), z: choice(['a', 'b']) });

/** Flat regions that learn from the given trials. */
function learner(on = axes) {
  const regions = new FlatRegions(on);
  const curves = new EqualCurves();
  let id = 0;
  const begin = (point: Point, more: Partial<Suggested> = {}): Suggested => {
    const trial: Suggested = { type: 'suggested', id: ++id, by: 'x', point, ...more };
    curves.tell(trial);
    regions.add(point);
    return trial;
  };
  const end = (trial: Suggested, loss: number): void => {
    const ended: Ended = { ...trial, type: 'ended', outcome: 'completed', losses: [loss] };
    const result = curves.tell(ended);
    if (result) regions.take(result);
  };
  const run = (point: Point, loss: number, more: Partial<Suggested> = {}) => end(begin(point, more), loss);
  return { regions, begin, end, run };
}

describe('flat regions', () => {
  it('unite neighbours with equal results, and everything between them', () => {
    const { regions, run } = learner();
    run([0.2, 0.5, 0.25], 1);
    expect(regions.has([0.25, 0.5, 0.25])).toBe(false);
    run([0.3, 0.5, 0.25], 1);
    expect(regions.has([0.25, 0.5, 0.25])).toBe(true);
    expect(regions.has([0.25, 0.51, 0.25])).toBe(false); // y may have an effect
    expect(regions.has([0.25, 0.5, 0.75])).toBe(false); // and so may the choice
  });

  it('are learned from the latest 512 results', () => {
    const has = (others: number): boolean => {
      const { regions, run } = learner();
      run([0.2, 0.5, 0.25], 0);
      for (let i = 1; i <= others; i++) run([0.9, i / 1000, 0.75], i);
      run([0.3, 0.5, 0.25], 0);
      return regions.has([0.25, 0.5, 0.25]);
    };
    expect([has(511), has(512)]).toEqual([true, false]);
  });

  it('hold for all values of the other axes', () => {
    const { regions, run } = learner();
    run([0.2, 0.5, 0.25], 1);
    run([0.3, 0.5, 0.25], 1);
    run([0.22, 0.9, 0.75], 7);
    expect(regions.has([0.28, 0.9, 0.75])).toBe(true);
  });

  it('are assumed to extend beyond their ends by half their width', () => {
    const { regions, run } = learner();
    for (const x of [0.3, 0.34, 0.4]) run([x, 0.5, 0.25], 1);
    expect([0.24, 0.26, 0.44, 0.46].map((x) => regions.has([x, 0.5, 0.25]))).toEqual([false, true, true, false]);
  });

  it('do not unite equal results if a result between them differs', () => {
    const { regions, run } = learner();
    run([0.2, 0.5, 0.25], 1);
    run([0.25, 0.5, 0.25], 2);
    run([0.3, 0.5, 0.25], 1);
    expect(regions.has([0.22, 0.5, 0.25])).toBe(false);
  });

  it('do not unite values that occur everywhere, or far apart', () => {
    const { regions, run } = learner();
    for (const x of [0.05, 0.95]) run([x, 0.1, 0.75], 1);
    for (const x of [0.5, 0.55, 0.9]) run([x, 0.5, 0.25], 1);
    expect([0.3, 0.52, 0.7].map((x) => regions.has([x, 0.5, 0.25]))).toEqual([false, false, false]);
  });

  it('are not learned from budgets at which equal results may be a coincidence', () => {
    const { regions, begin, end, run } = learner();
    for (const x of [0.2, 0.3]) run([x, 0.5, 0.25], 1, { budget: 1 });
    expect(regions.has([0.25, 0.5, 0.25])).toBe(false);
    const twins = [0.6, 0.7].map((x) => begin([x, 0.5, 0.25], { budget: 1 }));
    for (const twin of twins) end(twin, 5);
    for (const twin of twins) end(begin(twin.point, { budget: 3, resumes: twin.id }), 4); // they changed, and are equal still
    for (const x of [0.6, 0.7]) run([x, 0.9, 0.75], 3, { budget: 1 });
    expect(regions.has([0.65, 0.9, 0.75])).toBe(true);
  });

  it('compare all losses of a trial: trials that are equal at a low budget may differ at the next', () => {
    const { regions, begin, end, run } = learner();
    run([0.2, 0.5, 0.25], 1, { budget: 1 });
    run([0.3, 0.5, 0.25], 1, { budget: 3 }); // at another budget
    expect(regions.has([0.25, 0.5, 0.25])).toBe(false);
    const [one, two] = [begin([0.4, 0.1, 0.25], { budget: 1 }), begin([0.5, 0.1, 0.25], { budget: 1 })];
    end(one, 5);
    end(two, 6);
    end(begin(one.point, { budget: 3, resumes: one.id }), 4);
    end(begin(two.point, { budget: 3, resumes: two.id }), 4); // their losses before were 5 and 6
    expect(regions.has([0.45, 0.1, 0.25])).toBe(false);
  });

  it('reach no further than half a cell beyond a cell of a grid, for any points in any order', () => {
    const [width, height] = [1 / 4, 1 / 3];
    const coordinate = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 60 });
    let found = 0;
    fc.assert(
      fc.property(points, coordinate, coordinate, (tried, x, y) => {
        const { regions, run } = learner(axes.slice(0, 2));
        for (const [a, b] of tried) run([a, b], 10 * Math.floor(a / width) + Math.floor(b / height));
        if (!regions.has([x, y])) return;
        found++;
        expect(tried.some(([a, b]) => Math.abs(a - x) <= 1.5 * width && Math.abs(b - y) <= 1.5 * height)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
