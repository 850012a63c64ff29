import { describe, expect, it } from 'vitest';
import { Twins } from '../../src/duplicates/equivalentTrials.ts';
import type { Ended, Reported, Suggested } from '../../src/messages.ts';
import { float } from '../../src/space/dimension.ts';
import { space } from '../../src/space/space.ts';

const { axes } = space({ x: float(0, 1) });

const begin = (id: number, budget: number, resumes?: number, x = id): Suggested => ({
  type: 'suggested',
  id,
  by: 'x',
  point: [x],
  budget,
  ...(resumes !== undefined && { resumes }),
});
const report = (id: number, step: number, loss: number): Reported => ({ type: 'reported', id, step, losses: [loss] });
const end = (trial: Suggested, loss: number): Ended => ({ ...trial, type: 'ended', outcome: 'completed', losses: [loss] });

/** A trial at a budget of 1 that goes on to 3: whether its ends were seen before. */
function course(twins: Twins, id: number, [first, second, third]: readonly number[]): boolean[] {
  const [low, high] = [begin(id, 1), begin(id + 1, 3, id)];
  twins.take(low);
  const one = twins.take(end(low, first!));
  twins.take(high);
  twins.take(report(id + 1, 2, second!));
  return [one, twins.take(end(high, third!))];
}

describe('twins', () => {
  it('have come the same way for three losses at least', () => {
    const twins = new Twins(axes);
    expect(course(twins, 1, [3, 2, 1])).toEqual([false, false]);
    expect(course(twins, 3, [3, 2, 1])).toEqual([false, true]);
    expect(course(twins, 5, [3, 2.5, 1])).toEqual([false, false]);
    expect(course(twins, 7, [3.5, 2, 1])).toEqual([false, false]);
    expect(course(twins, 9, [3, 2.5, 1])).toEqual([false, true]);
  });

  it('are not told apart by whether the last loss was reported, too', () => {
    const twins = new Twins(axes);
    const [one, two] = [begin(1, 3), begin(2, 3)];
    for (const trial of [one, two]) {
      twins.take(trial);
      for (const step of [1, 2]) twins.take(report(trial.id, step, 5 - step));
    }
    expect(twins.take(end(one, 2))).toBe(false);
    twins.take(report(2, 3, 2));
    expect(twins.take(end(two, 2))).toBe(true);
  });

  it('are neighbours that came to the same, from the first loss on', () => {
    const twins = new Twins(axes);
    const run = (id: number, x: number, loss: number) => {
      const trial = begin(id, 1, undefined, x);
      twins.take(trial);
      return twins.take(end(trial, loss));
    };
    expect([run(1, 0.4, 5), run(2, 0.5, 5), run(3, 0.5, 4), run(4, 0.9, 5)]).toEqual([false, true, false, false]);
    // Of more losses than that, all must be equal.
    const on = (id: number, x: number, middle: number) => {
      const trial = begin(id, 3, undefined, x);
      twins.take(trial);
      for (const [step, loss] of [5, middle].entries()) twins.take(report(id, step + 1, loss));
      return twins.take(end(trial, 2));
    };
    expect([on(5, 0.4, 4), on(6, 0.5, 3), on(7, 0.45, 4)]).toEqual([false, false, true]);
  });

  it('are not those of whom nothing was heard', () => {
    const twins = new Twins(axes);
    for (const id of [1, 2]) {
      const trial = begin(id, 9);
      expect([twins.take(trial), twins.take({ ...trial, type: 'ended', outcome: 'failed', reason: 'lost' })]).toEqual([false, false]);
    }
  });
});
