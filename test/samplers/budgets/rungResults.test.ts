import { describe, expect, it } from 'vitest';
import { RungResults } from '../../../src/samplers/budgets/rungResults.ts';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';

const begin = (id: number, more: Partial<Suggested> = {}): Suggested => ({ type: 'suggested', id, by: 'x', point: [id / 100], ...more });
const report = (id: number, step: number, loss: number) => ({ type: 'reported', id, step, losses: [loss] }) as const;
const end = (trial: Suggested, more: Partial<Ended>): Ended => ({ ...trial, outcome: 'completed', ...more, type: 'ended' });

/** Results at the rungs 1, 3, 9. */
const fresh = () => new RungResults({ rungs: [1, 3, 9] });
const lossesOf = (results: RungResults, id: number) =>
  Object.fromEntries([...results.of(id)!.losses].map(([budget, [loss]]) => [budget, loss]));

describe('results at rungs', () => {
  it('take the first report at or past a rung, for the highest rung that it reached', () => {
    const results = fresh();
    results.tell(begin(1));
    for (const [step, loss] of [[1, 9], [2, 8], [4, 6], [5, 5]] as const) results.tell(report(1, step, loss)); // biome-ignore format: one line
    expect(lossesOf(results, 1)).toEqual({ 1: 9, 3: 6 });
    results.tell(begin(2));
    results.tell(report(2, 4, 7)); // its first report came late
    expect(lossesOf(results, 2)).toEqual({ 3: 7 });
    expect(results.counted.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('recognise which reports are new, so that a fold may skip the others', () => {
    const results = fresh();
    expect(results.isNew(report(1, 1, 9))).toBe(false); // of an unknown trial
    results.tell(begin(1));
    expect(results.isNew(report(1, 0.5, 9))).toBe(false); // below the first rung
    expect(results.isNew(report(1, 1, 9))).toBe(true);
    results.tell(report(1, 1, 9));
    expect(results.isNew(report(1, 2, 8))).toBe(false);
    expect(results.isNew(report(1, 3, 8))).toBe(true);
  });

  it('join a trial and the one that resumes it, and not one that changes its point', () => {
    const results = fresh();
    const first = begin(1, { budget: 1 });
    results.tell(first);
    results.tell(end(first, { losses: [5] }));
    results.tell(begin(2, { point: first.point, resumes: 1, budget: 3 }));
    results.tell(begin(3, { resumes: 1, budget: 3 }));
    expect(results.of(2)).toBe(results.of(1));
    expect(results.of(3)).not.toBe(results.of(1));
  });

  it('do not count the step of a late stop as a new budget', () => {
    const results = fresh();
    for (const [id, step] of [
      [1, 3],
      [2, 4],
      [3, 5],
    ] as const) {
      // biome-ignore format: one line
      results.tell(begin(id, { budget: 9 }));
      results.tell(report(id, step, id));
      results.tell(end(begin(id, { budget: 9 }), { outcome: 'stopped', step: step + 1, losses: [id + 1] }));
    }
    expect(results.differ).toBe(false);
    expect([1, 2, 3].map((id) => lossesOf(results, id))).toEqual([{ 3: 1 }, { 3: 2 }, { 3: 3 }]);
    const whole = begin(4, { budget: 9 });
    results.tell(whole);
    results.tell(end(whole, { losses: [0] }));
    expect(results.differ).toBe(true);
  });

  it('forget what a failed or infeasible run reported, and keep what was completed before', () => {
    for (const bad of [
      { outcome: 'failed', reason: 'error' },
      { losses: [0], constraints: [1] },
    ] as const) {
      const results = fresh();
      const first = begin(1, { budget: 1 });
      results.tell(first);
      results.tell(end(first, { losses: [5] }));
      const second = begin(2, { point: first.point, resumes: 1, budget: 9 });
      results.tell(second);
      results.tell(report(2, 3, 4));
      expect(lossesOf(results, 2)).toEqual({ 1: 5, 3: 4 });
      results.tell(end(second, bad as Partial<Ended>));
      expect(lossesOf(results, 2)).toEqual({ 1: 5 });
      expect(results.of(2)!.top).toBe(1);
      const third = begin(3);
      results.tell(third);
      results.tell(report(3, 1, 1));
      results.tell(end(third, bad as Partial<Ended>));
      expect(results.counted.map(({ index }) => index)).toEqual([0]);
    }
  });

  it('are the best so far if a trial is judged by its best report, also by one between two rungs', () => {
    const best = new RungResults({ rungs: [1, 3, 9], result: 'best' });
    const last = fresh();
    for (const results of [best, last]) {
      const first = begin(1, { budget: 3 });
      results.tell(first);
      const heard = [report(1, 1, 5), report(1, 2, 2), report(1, 3, 4)].map((fact) => {
        const isNew = results.isNew(fact);
        results.tell(fact);
        return isNew;
      });
      expect(heard).toEqual([true, results === best, true]);
      results.tell(end(first, { losses: [4] }));
      const second = begin(2, { point: first.point, resumes: 1, budget: 9 });
      results.tell(second);
      results.tell(end(second, { losses: [3] }));
    }
    expect(lossesOf(best, 2)).toEqual({ 1: 5, 3: 2, 9: 2 });
    expect(lossesOf(last, 2)).toEqual({ 1: 5, 3: 4, 9: 3 });
    const failing = begin(3, { budget: 9 });
    best.tell(failing);
    best.tell(report(3, 1, 1));
    best.tell(end(failing, { outcome: 'failed', reason: 'error' }));
    expect(lossesOf(best, 3)).toEqual({});
  });

  it('are at powers of 3 without a scheduler', () => {
    const results = new RungResults();
    expect([0, 0.4, 1, 2, 3, 8, 9, 26, 27, 1e6].map((step) => results.rungAt(step))).toEqual([
      undefined, 1 / 3, 1, 1, 3, 3, 9, 9, 27, 531441,
    ]); // biome-ignore format: one line
  });
});
