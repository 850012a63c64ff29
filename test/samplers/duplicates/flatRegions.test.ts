import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ended, Suggested } from '../../../src/messages.ts';
import { FlatRegions, type Similarity } from '../../../src/samplers/duplicates/flatRegions.ts';
import type { Point } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';

const { axes } = space({ x: float(0, 1), y: float(0, 1), z: choice(['a', 'b']) });

/** Flat regions that learn from the given trials. */
function learner(on = axes) {
  const regions = new FlatRegions(on);
  let id = 0;
  const begin = (point: Point, more: Partial<Suggested> = {}): Suggested => {
    const trial: Suggested = { type: 'suggested', id: ++id, by: 'x', point, ...more };
    regions.take(trial);
    return trial;
  };
  const end = (trial: Suggested, loss: number): Similarity => {
    const ended: Ended = { ...trial, type: 'ended', outcome: 'completed', losses: [loss] };
    return regions.take(ended);
  };
  const run = (point: Point, loss: number, more: Partial<Suggested> = {}) => end(begin(point, more), loss);
  return { regions, begin, end, run };
}

describe('flat regions', () => {
  it('unite neighbours with equal results, and everything between them', () => {
    const { regions, run } = learner();
    expect(run([0.2, 0.5, 0.25], 1)).toBe('new');
    expect(regions.has([0.25, 0.5, 0.25])).toBe(false);
    expect(run([0.3, 0.5, 0.25], 1)).toBe('same');
    expect(regions.has([0.25, 0.5, 0.25])).toBe(true);
    expect(regions.has([0.25, 0.51, 0.25])).toBe(false); // y may have an effect
    expect(regions.has([0.25, 0.5, 0.75])).toBe(false); // and so may the choice
  });

  it('are learned from the latest 512 results', () => {
    const { run } = learner();
    run([0.2, 0.5, 0.25], 1);
    for (let i = 2; i <= 512; i++) run([0.9, 0.9, 0.75], i);
    expect(run([0.3, 0.5, 0.25], 1)).toBe('equal');
    for (let i = 1; i <= 512; i++) run([0.9, 0.9, 0.75], 1000 + i);
    expect(run([0.25, 0.5, 0.25], 1)).toBe('new');
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
    expect(run([0.3, 0.5, 0.25], 1)).toBe('equal');
    expect(regions.has([0.22, 0.5, 0.25])).toBe(false);
  });

  it('do not unite values that occur everywhere, or far apart', () => {
    const { run } = learner();
    for (const x of [0.05, 0.95]) run([x, 0.1, 0.75], 1);
    expect(run([0.5, 0.5, 0.25], 1)).toBe('new');
    expect(run([0.55, 0.5, 0.25], 1)).toBe('equal');
    expect(run([0.9, 0.9, 0.25], 1)).toBe('new');
  });

  it('compare all losses of a trial: trials that are equal at a low budget may differ at the next', () => {
    const { regions, begin, end, run } = learner();
    run([0.2, 0.5, 0.25], 1, { budget: 1 });
    expect(run([0.7, 0.5, 0.25], 1, { budget: 3 })).toBe('new'); // at another budget
    const [one, two] = [begin([0.4, 0.1, 0.25], { budget: 1 }), begin([0.5, 0.1, 0.25], { budget: 1 })];
    end(one, 5);
    end(two, 6);
    end(begin(one.point, { budget: 3, resumes: one.id }), 4);
    expect(end(begin(two.point, { budget: 3, resumes: two.id }), 4)).toBe('new'); // their losses before were 5 and 6
    expect(regions.has([0.45, 0.1, 0.25])).toBe(false);
  });

  it('never unite two cells of a grid, for any points in any order', () => {
    const cell = ([x, y]: Point) => [Math.floor(x! * 4), Math.floor(y! * 3)];
    const coordinate = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    let unions = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 60 }), (tried) => {
        const { run } = learner(axes.slice(0, 2));
        const seen: Point[] = [];
        for (const point of tried) {
          const [i, j] = cell(point);
          const similarity = run(point, 10 * i! + j!);
          const before = seen.some((other) => String(cell(other)) === String(cell(point)));
          if (!before) expect(similarity).toBe('new');
          unions += Number(similarity === 'same');
          seen.push(point);
        }
      }),
    );
    expect(unions).toBeGreaterThan(100);
  });
});
