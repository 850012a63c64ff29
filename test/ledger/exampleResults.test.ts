import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Ended } from '../../src/strategy/messages.ts';
import { bestFirst, bestRowOf } from '../../src/study/bestFirst.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { created, line } from './created.ts';

/** A study of four examples. */
function study(settings: object = {}) {
  const ledger = new Ledger(line);
  const rows = new TrialRows();
  let position = 0;
  const say = (fact: object) => {
    const applied = ledger.fold({ position: ++position, at: position, fact });
    rows.apply(applied);
    return applied;
  };
  say({ ...created, examples: { count: 4 }, ...settings });
  const suggest = (trial: number, examples?: readonly number[], rest: object = {}) => {
    say({ type: 'suggested', trial, attempt: 1, by: 'race', params: { x: 0.1 * trial }, ...(examples && { examples }), ...rest });
    say({ type: 'started', trial, attempt: 1, run: `r${trial}` });
  };
  const report = (trial: number, results: readonly (readonly number[])[], rest: object = {}) =>
    say({ type: 'reported', trial, run: `r${trial}`, step: results.length, values: { value: 0 }, results, ...rest });
  const complete = (trial: number) => say({ type: 'completed', trial, run: `r${trial}`, values: { value: 0 } });
  return {
    ledger,
    rows,
    say,
    suggest,
    report,
    complete,
  };
}

describe('the value of a trial on examples', () => {
  it('is the mean of its results, each counted once', () => {
    const { suggest, report, rows } = study();
    suggest(1);
    expect(
      report(1, [
        [2, 1],
        [0, 0],
      ]).event,
    ).toMatchObject({
      step: 2,
      losses: [0.5],
      results: [
        [2, [1]],
        [0, [0]],
      ],
    });
    expect(
      report(1, [
        [2, 7],
        [1, 0.5],
      ]).event,
    ).toMatchObject({ step: 3, losses: [0.5], results: [[1, [0.5]]] });
    expect(report(1, [[2, 9]]).effect).toBe('noted');
    expect(rows.get(1)).toMatchObject({ values: { value: 0.5 }, step: 3, budget: 4 });
  });
  it('has a standard error, which is 0 once the trial has all examples', () => {
    const { suggest, report, complete } = study();
    suggest(1);
    report(1, [
      [0, 0],
      [1, 2],
      [2, 1],
      [3, 1],
    ]);
    expect(complete(1).event).toMatchObject({ outcome: 'completed', losses: [1], stderr: [0] });
    suggest(2, [0, 1]);
    report(2, [
      [0, 0],
      [1, 2],
    ]);
    // Variance of its own results: (4 * 4 / 4 + 2) / 5 with the pooled 4 / 4 as a prior that counts as four; of two out of four, half is left.
    const { event } = complete(2);
    expect(event).toMatchObject({ losses: [1] });
    expect((event as Ended).stderr![0]).toBeCloseTo(Math.sqrt(((4 * (4 / 4) + 2) / 5 / 2) * 0.5), 12);
  });
  it('has no standard error while the results of each trial are equal, unless it has all examples', () => {
    const { suggest, report, complete } = study();
    for (const trial of [1, 2, 3, 4]) {
      suggest(trial, [0, 1]);
      report(trial, [
        [0, 0],
        [1, 0],
      ]);
      const { event } = complete(trial);
      expect(event).toMatchObject({ evaluated: 2, losses: [0] });
      expect(event).not.toHaveProperty('stderr');
    }
    suggest(5);
    report(
      5,
      [0, 1, 2, 3].map((place) => [place, 0]),
    );
    expect(complete(5).event).toMatchObject({ evaluated: 4, stderr: [0] });
  });
  it('adds up over the trials that continue it', () => {
    const { suggest, report, complete, rows, ledger } = study();
    suggest(1, [0, 1]);
    report(1, [
      [0, 0],
      [1, 1],
    ]);
    complete(1);
    suggest(2, [3], { resumes: 1, params: { x: 0.1 } });
    expect(report(2, [[3, 5]]).event).toMatchObject({ step: 3, losses: [2] });
    complete(2);
    expect(rows.get(2)).toMatchObject({ values: { value: 2 }, step: 3, budget: 3 });
    expect(ledger.best).toMatchObject({ trial: 2, values: { value: 2 } });
  });
});

describe('the leader', () => {
  it('comes first among the trials, also if others have more examples', () => {
    const { suggest, report, complete, ledger, rows } = study();
    const objective = { name: 'value', direction: 'minimize' } as const;
    const all = (trial: number, losses: readonly number[]) => {
      report(
        trial,
        losses.map((loss, place) => [place, loss]),
      );
      return complete(trial);
    };
    suggest(1, [0, 1]);
    expect(all(1, [3, 3])).toMatchObject({ leads: true });
    suggest(2, [0, 1]);
    suggest(3, [2, 3], { resumes: 1, params: { x: 0.1 } });
    report(3, [
      [2, 0],
      [3, 0],
    ]);
    complete(3);
    expect(rows.get(3)).toMatchObject({ led: true, examples: 4, values: { value: 1.5 } });
    expect(all(2, [2, 2])).toMatchObject({ leads: true }); // better on the two examples that both have
    suggest(4, [0, 1]);
    expect(all(4, [4, 4])).not.toHaveProperty('leads');
    expect(bestFirst(rows, objective).map(({ trial }) => trial)).toEqual([2, 3, 1, 4]);
    expect(bestRowOf(ledger, rows)).toBe(bestFirst(rows, objective)[0]);
  });
  it('is better on the examples that both have, not by its mean', () => {
    const { suggest, report, complete, ledger } = study();
    suggest(1, [0, 1]);
    report(1, [
      [0, 0],
      [1, 10],
    ]);
    complete(1);
    expect(ledger.best?.trial).toBe(1);
    suggest(2, [1]);
    report(2, [[1, 9]]);
    complete(2); // a higher mean, but better on example 1
    expect(ledger.best).toMatchObject({ trial: 2, values: { value: 9 } });
    suggest(3, [1]);
    report(3, [[1, 9]]);
    complete(3); // equal
    expect(ledger.best?.trial).toBe(2);
  });
  it('keeps the examples that it has had if it is stopped on its way to more', () => {
    const { suggest, report, complete, say, ledger } = study();
    suggest(1, [0]);
    report(1, [[0, 1]]);
    complete(1);
    suggest(2, [1, 2], { resumes: 1, params: { x: 0.1 } });
    report(2, [[1, 3]]);
    expect(say({ type: 'stopped', trial: 2, run: 'r2', by: 'closed' }).event).toMatchObject({ outcome: 'completed', losses: [2] });
    expect(ledger.best).toMatchObject({ trial: 2, values: { value: 2 } });
  });
  it('is no trial that was stopped, has not had all of its examples, or is retracted', () => {
    const { suggest, report, complete, say, ledger } = study();
    suggest(1, [0, 1]);
    report(1, [[0, 5]]);
    expect(say({ type: 'stopped', trial: 1, run: 'r1', by: 'race' }).event).toMatchObject({ outcome: 'stopped', losses: [5] });
    suggest(2, [0, 1]);
    report(2, [[0, 4]]);
    complete(2);
    expect(ledger.best).toBeUndefined();
    suggest(3, [0, 1]);
    report(3, [
      [0, 6],
      [1, 6],
    ]);
    say({ type: 'stopped', trial: 3, run: 'r3', by: 'race' }); // the stop came too late
    expect(ledger.best?.trial).toBe(3);
    const again = new Ledger(line, new Set([3]));
    again.fold({ position: 1, at: 1, fact: { ...created, examples: { count: 4 } } });
    again.fold({ position: 2, at: 1, fact: { type: 'suggested', trial: 3, attempt: 1, by: 'race', params: { x: 0.3 }, examples: [0] } });
    const report3 = { type: 'reported', trial: 3, step: 1, values: { value: 0 }, results: [[0, 6]] };
    expect(again.fold({ position: 3, at: 1, fact: report3 }).event).toBeUndefined();
    expect(again.best).toBeUndefined();
  });
});

describe('a trial that was interrupted', () => {
  it('keeps the checkpoint that it reported with its results', () => {
    const { suggest, report, say, ledger } = study();
    suggest(1, [3, 0]);
    report(1, [[3, 1]], { checkpoint: 'a.pt' });
    say({ type: 'failed', trial: 1, attempt: 1, run: 'r1', reason: 'lost' });
    expect(ledger.open.get(1)!.checkpoint).toBe('a.pt');
  });
  it('gets only the examples that are left', () => {
    const { suggest, report, say, ledger } = study();
    suggest(1, [3, 0, 2]);
    report(1, [[3, 1]]);
    say({ type: 'failed', trial: 1, attempt: 1, run: 'r1', reason: 'lost' });
    expect(ledger.examples!.lacking(ledger.open.get(1)!.proposal)).toEqual([0, 2]);
  });
  it('is completed if it had reported all of them', () => {
    const { suggest, report, say, ledger } = study();
    suggest(1, [3, 0]);
    report(1, [
      [3, 1],
      [0, 2],
    ]);
    expect(say({ type: 'failed', trial: 1, attempt: 1, run: 'r1', reason: 'lost' }).event).toMatchObject({
      outcome: 'completed',
      losses: [1.5],
    });
    expect(ledger.best?.values).toEqual({ value: 1.5 });
  });
});

describe('results that do not fit', () => {
  it.each([
    [[[4, 1]], 'from 0 to 3, got 4'],
    [[[0.5, 1]], 'got 0.5'],
    [[[0, 1, 2]], 'expected 1 values after the place, got 2'],
  ])('%j are refused', (results, why) => {
    const { suggest, report } = study();
    suggest(1);
    const { refusal } = report(1, results);
    expect(refusal).toMatchObject({ code: 'bad-field', message: expect.stringContaining(why) });
  });
  it('of a study without examples are reports like others', () => {
    const { suggest, report } = study({ examples: undefined });
    suggest(1);
    expect(report(1, [[0, 7]]).event).toMatchObject({ step: 1, losses: [0] });
  });
});

describe('limits', () => {
  it('cost counts results, and spend sums the metrics of results', () => {
    const { suggest, report, ledger } = study({ limits: { cost: 3, spend: { usd: 1 } } });
    suggest(1);
    report(
      1,
      [
        [0, 1],
        [1, 1],
      ],
      { metrics: { usd: 0.4 } },
    );
    expect(ledger.paid.cost).toBe(2);
    expect(ledger.demand().type).toBe('ask');
    report(1, [[2, 1]], { metrics: { usd: 0.6 } });
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'spend' });
  });
  it('spend sums the metrics of whole trials in other studies', () => {
    const { suggest, say, ledger } = study({ examples: undefined, limits: { spend: { usd: 1 } }, parallel: 2 });
    suggest(1);
    say({ type: 'reported', trial: 1, run: 'r1', step: 1, values: { value: 1 }, metrics: { usd: 0.5 } });
    say({ type: 'reported', trial: 1, run: 'r1', step: 2, values: { value: 1 }, metrics: { usd: 0.7 } });
    say({ type: 'stopped', trial: 1, run: 'r1' });
    expect(ledger.demand().type).toBe('ask');
    suggest(2);
    say({ type: 'completed', trial: 2, run: 'r2', values: { value: 1 }, metrics: { usd: 0.3 } });
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'spend' });
  });
  it('a change of a limit of spending leaves those of other metrics', () => {
    const { suggest, report, say, ledger } = study({ limits: { spend: { usd: 1, calls: 2 } } });
    suggest(1);
    report(1, [[0, 1]], { metrics: { usd: 1, calls: 1 } });
    say({ type: 'changed', limits: { spend: { usd: 5 } } });
    expect(ledger.settings.limits.spend).toEqual({ usd: 5, calls: 2 });
    expect(ledger.demand().type).toBe('ask');
    report(1, [[1, 1]], { metrics: { usd: 1, calls: 1 } });
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'spend' });
    expect(ledger.paid).toMatchObject({ cost: 2, spent: { usd: 2, calls: 2 } });
  });
  it('the target counts for a leader with all examples, and the plateau ends with a new leader', () => {
    const { suggest, report, complete, ledger } = study({ limits: { target: 1, plateau: 1 } });
    suggest(1, [0]);
    report(1, [[0, 0.5]]);
    complete(1);
    expect(ledger.demand().type).toBe('ask');
    suggest(2, [1, 2, 3], { resumes: 1, params: { x: 0.1 } });
    report(2, [
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    complete(2);
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'target' });
  });
});
