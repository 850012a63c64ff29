import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Likeness, Steps } from '../../src/duplicates/flatRegions.ts';
import type { Ended, Suggested } from '../../src/messages.ts';
import type { Point } from '../../src/space/axis.ts';
import { choice, float } from '../../src/space/dimension.ts';
import { space } from '../../src/space/space.ts';

const { axes } = space({ x: float(0, 1), y: float(0, 1), z: choice(['a', 'b']) });

/** Steps that are told of trials. */
function learner(on = axes) {
  const steps = new Steps(on);
  let id = 0;
  const begin = (point: Point, more: Partial<Suggested> = {}): Suggested => {
    const trial: Suggested = { type: 'suggested', id: ++id, by: 'x', point, ...more };
    steps.take(trial);
    return trial;
  };
  const end = (trial: Suggested, loss: number): Likeness => {
    const ended: Ended = { ...trial, type: 'ended', outcome: 'completed', losses: [loss] };
    return steps.take(ended);
  };
  const run = (point: Point, loss: number, more: Partial<Suggested> = {}) => end(begin(point, more), loss);
  return { steps, begin, end, run };
}

describe('steps', () => {
  it('takes neighbours that came to the same for one step, with all that lies between them', () => {
    const { steps, run } = learner();
    expect(run([0.2, 0.5, 0.25], 1)).toBe('new');
    expect(steps.has([0.25, 0.5, 0.25])).toBe(false);
    expect(run([0.3, 0.5, 0.25], 1)).toBe('same');
    expect(steps.has([0.25, 0.5, 0.25])).toBe(true);
    expect(steps.has([0.25, 0.51, 0.25])).toBe(false); // nothing is known of y
    expect(steps.has([0.25, 0.5, 0.75])).toBe(false); // nor of another choice
  });

  it('holds what it learnt of an axis for all values of the others', () => {
    const { steps, run } = learner();
    run([0.2, 0.5, 0.25], 1);
    run([0.3, 0.5, 0.25], 1);
    run([0.22, 0.9, 0.75], 7);
    expect(steps.has([0.28, 0.9, 0.75])).toBe(true);
  });

  it('expects a step to go on for as much as its points leave room for', () => {
    const { steps, run } = learner();
    for (const x of [0.3, 0.34, 0.4]) run([x, 0.5, 0.25], 1); // three points: half their distance at each end
    expect([0.24, 0.26, 0.44, 0.46].map((x) => steps.has([x, 0.5, 0.25]))).toEqual([false, true, true, false]);
  });

  it('says that two are equal, not the same, where a result between them is another', () => {
    const { steps, run } = learner();
    run([0.2, 0.5, 0.25], 1);
    run([0.25, 0.5, 0.25], 2);
    expect(run([0.3, 0.5, 0.25], 1)).toBe('equal');
    expect(steps.has([0.22, 0.5, 0.25])).toBe(false);
  });

  it('learns nothing from values that are found everywhere, or far away', () => {
    const { run } = learner();
    for (const x of [0.05, 0.95]) run([x, 0.1, 0.75], 1);
    expect(run([0.5, 0.5, 0.25], 1)).toBe('new');
    expect(run([0.55, 0.5, 0.25], 1)).toBe('equal');
    expect(run([0.9, 0.9, 0.25], 1)).toBe('new');
  });

  it('compares whole courses: equals at a low budget may part at the next', () => {
    const { steps, begin, end, run } = learner();
    run([0.2, 0.5, 0.25], 1, { budget: 1 });
    expect(run([0.7, 0.5, 0.25], 1, { budget: 3 })).toBe('new'); // at another budget
    const [one, two] = [begin([0.4, 0.1, 0.25], { budget: 1 }), begin([0.5, 0.1, 0.25], { budget: 1 })];
    end(one, 5);
    end(two, 6);
    end(begin(one.point, { budget: 3, resumes: one.id }), 4);
    expect(end(begin(two.point, { budget: 3, resumes: two.id }), 4)).toBe('new'); // they came to it from 5 and from 6
    expect(steps.has([0.45, 0.1, 0.25])).toBe(false);
  });

  it('never takes cells of a grid for one, whatever is tried in which order', () => {
    const cell = ([x, y]: Point) => [Math.floor(x! * 4), Math.floor(y! * 3)];
    const coordinate = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    let unions = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 60 }), (tried) => {
        const { run } = learner(axes.slice(0, 2));
        const seen: Point[] = [];
        for (const point of tried) {
          const [i, j] = cell(point);
          const likeness = run(point, 10 * i! + j!);
          const before = seen.some((other) => String(cell(other)) === String(cell(point)));
          if (!before) expect(likeness).toBe('new');
          unions += Number(likeness === 'same');
          seen.push(point);
        }
      }),
    );
    expect(unions).toBeGreaterThan(100);
  });
});
