import { describe, expect, it } from 'vitest';
import type { Ended, Reported, Suggested } from '../../../src/messages.ts';
import { EquivalentTrials } from '../../../src/samplers/duplicates/equivalentTrials.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';

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

/** Runs a trial at a budget of 1 and resumes it at 3. @returns whether each end made it equivalent to an earlier trial */
function atBudgets(trials: EquivalentTrials, id: number, [first, second, third]: readonly number[]): boolean[] {
  const [low, high] = [begin(id, 1), begin(id + 1, 3, id)];
  trials.take(low);
  const one = trials.take(end(low, first!));
  trials.take(high);
  trials.take(report(id + 1, 2, second!));
  return [one, trials.take(end(high, third!))];
}

describe('equivalent trials', () => {
  it('have at least three losses in common, and no other', () => {
    const trials = new EquivalentTrials(axes);
    expect(atBudgets(trials, 1, [3, 2, 1])).toEqual([false, false]);
    expect(atBudgets(trials, 3, [3, 2, 1])).toEqual([false, true]);
    expect(atBudgets(trials, 5, [3, 2.5, 1])).toEqual([false, false]);
    expect(atBudgets(trials, 7, [3.5, 2, 1])).toEqual([false, false]);
    expect(atBudgets(trials, 9, [3, 2.5, 1])).toEqual([false, true]);
  });

  it('may differ in whether the last loss was also reported', () => {
    const trials = new EquivalentTrials(axes);
    const [one, two] = [begin(1, 3), begin(2, 3)];
    for (const trial of [one, two]) {
      trials.take(trial);
      for (const step of [1, 2]) trials.take(report(trial.id, step, 5 - step));
    }
    expect(trials.take(end(one, 2))).toBe(false);
    trials.take(report(2, 3, 2));
    expect(trials.take(end(two, 2))).toBe(true);
  });

  it('include neighbours with equal results, from the first loss on', () => {
    const trials = new EquivalentTrials(axes);
    const run = (id: number, x: number, loss: number) => {
      const trial = begin(id, 1, undefined, x);
      trials.take(trial);
      return trials.take(end(trial, loss));
    };
    expect([run(1, 0.4, 5), run(2, 0.5, 5), run(3, 0.5, 4), run(4, 0.9, 5)]).toEqual([false, true, false, false]);
    // With three or more losses, all must be equal.
    const on = (id: number, x: number, middle: number) => {
      const trial = begin(id, 3, undefined, x);
      trials.take(trial);
      for (const [step, loss] of [5, middle].entries()) trials.take(report(id, step + 1, loss));
      return trials.take(end(trial, 2));
    };
    expect([on(5, 0.4, 4), on(6, 0.5, 3), on(7, 0.45, 4)]).toEqual([false, false, true]);
  });

  it('do not include trials without a result', () => {
    const trials = new EquivalentTrials(axes);
    for (const id of [1, 2]) {
      const trial = begin(id, 9);
      expect([trials.take(trial), trials.take({ ...trial, type: 'ended', outcome: 'failed', reason: 'lost' })]).toEqual([false, false]);
    }
  });
});
