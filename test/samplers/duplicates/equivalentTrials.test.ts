import { describe, expect, it } from 'vitest';
import { EquivalentTrials } from '../../../src/samplers/duplicates/equivalentTrials.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Ended, Reported, Suggested } from '../../../src/strategy/messages.ts';

const begin = (id: number, budget: number, resumes?: number): Suggested =>
  omitUndefined({ type: 'suggested', id, by: 'x', point: [id], budget, resumes });
const report = (id: number, step: number, loss: number): Reported => ({ type: 'reported', id, step, losses: [loss] });
const end = (trial: Suggested, loss: number): Ended => ({ ...trial, type: 'ended', outcome: 'completed', losses: [loss] });

/** Trials that report a loss at each step. @returns whether each report equals that of an earlier trial */
function trained(...curves: readonly (readonly number[])[]): boolean[][] {
  const trials = new EquivalentTrials();
  return curves.map((losses, i) => {
    trials.tell(begin(i + 1, losses.length));
    return losses.map((loss, k) => trials.tell(report(i + 1, k + 1, loss)));
  });
}

describe('equivalent trials', () => {
  it('have at least five equal losses of three different values', () => {
    expect(trained([5, 4, 3, 2, 1, 0], [5, 4, 3, 2, 1, 0])[1]).toEqual([false, false, false, false, true, true]);
    expect(trained([5, 4, 3, 2, 1], [5, 4, 3, 2, 1.5])[1]).not.toContain(true);
    expect(trained([5, 4, 3, 2, 1], [5.5, 4, 3, 2, 1])[1]).not.toContain(true);
  });

  it('are not recognised while a metric is still constant', () => {
    const constant = Array<number>(10).fill(0);
    expect(trained(constant, constant)[1]).not.toContain(true);
    expect(trained([0, 0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 0, 1, 2])[1]).toEqual([false, false, false, false, false, false, true]);
  });

  it('are so only as long as their losses are equal', () => {
    expect(trained([5, 4, 3, 2, 1, 0], [5, 4, 3, 2, 1, 0.5])[1]).toEqual([false, false, false, false, true, false]);
  });

  it('may pause and be resumed', () => {
    const trials = new EquivalentTrials();
    const pausing = (id: number) => {
      const [low, high] = [begin(id, 2), begin(id + 1, 5, id)];
      for (const fact of [low, report(id, 1, 9), end(low, 8), high, report(id + 1, 3, 7), report(id + 1, 4, 6)]) trials.tell(fact);
      return trials.tell(end(high, 5));
    };
    expect([pausing(1), pausing(3)]).toEqual([false, true]);
  });

  it('may differ in whether the last loss was also reported', () => {
    const trials = new EquivalentTrials();
    const [one, two] = [begin(1, 5), begin(2, 5)];
    for (const trial of [one, two]) {
      trials.tell(trial);
      for (const step of [1, 2, 3, 4]) trials.tell(report(trial.id, step, 5 - step));
    }
    expect(trials.tell(end(one, 0))).toBe(false);
    trials.tell(report(2, 5, 0));
    expect(trials.tell(end(two, 0))).toBe(true);
  });

  it('do not include trials without a result', () => {
    const trials = new EquivalentTrials();
    for (const id of [1, 2]) {
      const trial = begin(id, 9);
      expect([trials.tell(trial), trials.tell({ ...trial, type: 'ended', outcome: 'failed', reason: 'lost' })]).toEqual([false, false]);
    }
  });
});
