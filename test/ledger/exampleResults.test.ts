import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { type Ended, violates } from '../../src/strategy/messages.ts';
import { bestFirst, bestRowOf } from '../../src/study/bestFirst.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { simulate } from '../../src/testing/simulate.ts';
import { parseStrategy } from '../../streams/index.ts';
import { created, line } from './created.ts';

/** Results of the first examples. */
const results = (...losses: readonly number[]) => losses.map((loss, place) => [place, loss]);
/** Results as a text, such as "2:1 0:0": the place of an example, its loss, and its constraint if it has one. */
const placed = (text: string) => text.split(' ').map((result) => result.split(':').map(Number));

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
  /** Evaluates a trial on the examples of its results, and ends it. */
  const evaluate = (trial: number, text: string, rest: object = {}) => {
    const all = placed(text);
    suggest(
      trial,
      all.map(([place]) => place!),
      rest,
    );
    report(trial, all);
    return complete(trial);
  };
  return { ledger, rows, say, suggest, report, complete, evaluate };
}

describe('the value of a trial on examples', () => {
  it('is the mean of its results, each counted once', () => {
    const { suggest, report, rows } = study();
    suggest(1);
    expect(report(1, placed('2:1 0:0')).event).toMatchObject({
      step: 2,
      losses: [0.5],
      results: [
        [2, [1]],
        [0, [0]],
      ],
    });
    expect(report(1, placed('2:7 1:0.5')).event).toMatchObject({ step: 3, losses: [0.5], results: [[1, [0.5]]] });
    expect(report(1, [[2, 9]]).effect).toBe('noted');
    expect(rows.get(1)).toMatchObject({ values: { value: 0.5 }, step: 3, budget: 4 });
  });
  it('has a standard error, which is 0 once the trial has all examples', () => {
    const { suggest, report, complete, evaluate } = study();
    suggest(1);
    report(1, results(0, 2, 1, 1));
    expect(complete(1).event).toMatchObject({ outcome: 'completed', losses: [1], stderr: [0] });
    // Variance of its own results: (4 * 4 / 4 + 2) / 5 with the pooled 4 / 4 as a prior that counts as four; of two out of four, half is left.
    const { event } = evaluate(2, '0:0 1:2');
    expect(event).toMatchObject({ losses: [1] });
    expect((event as Ended).stderr![0]).toBeCloseTo(Math.sqrt(((4 * (4 / 4) + 2) / 5 / 2) * 0.5), 12);
  });
  it('has no standard error while the results of each trial are equal, unless it has all examples', () => {
    const { suggest, report, complete, evaluate } = study();
    for (const trial of [1, 2, 3, 4]) {
      const { event } = evaluate(trial, '0:0 1:0');
      expect(event).toMatchObject({ evaluated: 2, losses: [0] });
      expect(event).not.toHaveProperty('stderr');
    }
    suggest(5);
    report(5, results(0, 0, 0, 0));
    expect(complete(5).event).toMatchObject({ evaluated: 4, stderr: [0] });
  });
  it('has at its end what others that continue it have reported meanwhile', () => {
    const { suggest, report, complete, say, rows, ledger, evaluate } = study();
    evaluate(1, '0:1');
    for (const trial of [2, 3, 4]) suggest(trial, [trial - 1], { resumes: 1, params: { x: 0.1 } });
    for (const trial of [2, 3, 4]) report(trial, [[trial - 1, trial]]);
    complete(4);
    complete(2);
    expect(rows.get(2)).toMatchObject({ values: { value: 2.5 }, step: 4, examples: 4, budget: 4 });
    expect(ledger.best).toMatchObject({ trial: 2, values: { value: 2.5 }, loss: 2.5 });
    say({ type: 'stopped', trial: 3, run: 'r3', by: 'closed' });
    expect(rows.get(3)).toMatchObject({ status: 'completed', values: { value: 2.5 }, step: 4 });
  });
});

describe('the leader', () => {
  it('comes first among the trials, also if others have more examples', () => {
    const { suggest, report, complete, ledger, rows, evaluate } = study();
    const objective = { name: 'value', direction: 'minimize' } as const;
    expect(evaluate(1, '0:3 1:3')).toMatchObject({ leader: 1 });
    suggest(2, [0, 1]);
    evaluate(3, '2:0 3:0', { resumes: 1, params: { x: 0.1 } });
    expect(rows.get(3)).toMatchObject({ leader: 3, examples: 4, values: { value: 1.5 } });
    report(2, results(2, 2));
    expect(complete(2)).toMatchObject({ leader: 2 }); // better on the two examples that both have
    expect(evaluate(4, '0:4 1:4')).not.toHaveProperty('leader');
    expect(bestFirst(rows, objective).map(({ trial }) => trial)).toEqual([2, 3, 1, 4]);
    expect(bestRowOf(ledger, rows)).toBe(bestFirst(rows, objective)[0]);
  });
  it('is better on the examples that both have, not by its mean', () => {
    const { evaluate, ledger } = study();
    evaluate(1, '0:0 1:10');
    expect(ledger.best?.trial).toBe(1);
    evaluate(2, '1:9'); // a higher mean, but better on example 1
    expect(ledger.best).toMatchObject({ trial: 2, values: { value: 9 } });
    evaluate(3, '1:9'); // equal
    expect(ledger.best?.trial).toBe(2);
  });
  it('keeps the examples that it has had if it is stopped on its way to more', () => {
    const { suggest, report, say, ledger, evaluate } = study();
    evaluate(1, '0:1');
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
    report(3, results(6, 6));
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

describe('outcome constraints', () => {
  const objective = { name: 'value', direction: 'minimize' } as const;
  const limited = (settings: object = {}) => {
    const all = study(settings);
    const best = () => [all.ledger.best?.trial, bestFirst(all.rows, objective)[0]?.trial, bestRowOf(all.ledger, all.rows)?.trial];
    return { ...all, best };
  };
  const violating = '0:1:3 1:1:-1';

  it('are the means over examples, whatever the trial says at its end', () => {
    const { suggest, report, say, evaluate, rows } = limited();
    expect(evaluate(1, violating).event).toMatchObject({ outcome: 'completed', losses: [1], constraints: [1] });
    suggest(2, [0, 1]);
    report(2, placed('0:1:-3 1:1:1'));
    expect(say({ type: 'completed', trial: 2, run: 'r2', values: { value: 7 }, constraints: [5] })).toMatchObject({
      event: { losses: [1], constraints: [-1] },
    });
    expect(rows.get(2)).toMatchObject({ values: { value: 1 }, constraints: [-1] });
    suggest(3, [0, 1]);
    report(3, [[0, 1, -3]]);
    expect(say({ type: 'stopped', trial: 3, run: 'r3' }).event).toMatchObject({ outcome: 'stopped', constraints: [-3] });
  });

  it('let the configuration lead that violates them least while none is feasible', () => {
    const { evaluate, best, ledger } = limited();
    const leads = () => ledger.examples!.leader!.ended!.id;
    evaluate(1, violating);
    evaluate(2, '0:0:3 1:0:3');
    expect(leads()).toBe(1); // its loss is higher
    evaluate(3, '0:5:0.5 1:5:0.5');
    expect(leads()).toBe(3);
    expect(best()).toEqual([undefined, undefined, undefined]);
  });

  it('take the lead from a configuration that violates them on more examples', () => {
    const { evaluate, best, rows, ledger } = limited();
    for (const [trial, loss] of [4, 2, 1, 3].entries()) evaluate(trial + 1, `0:${loss}:-1 1:${loss}:-1`);
    expect(best()).toEqual([3, 3, 3]);
    const fallen = evaluate(5, '2:0:4 3:0:4', { resumes: 3, params: { x: 0.3 } });
    expect(fallen).toMatchObject({ event: { outcome: 'completed', constraints: [1.5] }, leader: 2 });
    expect(best()).toEqual([2, 2, 2]);
    expect(bestFirst(rows, objective).map(({ trial }) => trial)).toEqual([2, 4, 1]); // not 3: it is known now that its constraint is above 0
    evaluate(6, '2:1:-1', { resumes: 2, params: { x: 0.2 } });
    expect(best()).toEqual([6, 6, 6]);
    evaluate(7, '3:1:9', { resumes: 6, params: { x: 0.2 } });
    expect(best()).toEqual([4, 4, 4]);
    expect(ledger.examples!.leaders).toEqual([ledger.examples!.of(4)]);
  });

  it('of a trial without them in its results are those that it ends with', () => {
    const { suggest, report, say, best, evaluate } = limited();
    const end = (trial: number, constraints: readonly number[]) => {
      suggest(trial, [0]);
      report(trial, [[0, -trial]]);
      say({ type: 'completed', trial, run: `r${trial}`, values: { value: 0 }, constraints });
    };
    end(1, [-1]);
    end(2, [1]);
    expect(best()).toEqual([1, 1, 1]);
    evaluate(3, '1:0', { resumes: 1, params: { x: 0.1 } });
    expect(best()).toEqual([3, 3, 3]);
  });

  it('reach a target, or end a plateau, only if they hold', () => {
    const { evaluate, ledger } = limited({ limits: { target: 1, plateau: 2 } });
    evaluate(1, '0:0:1 1:0:1 2:0:1 3:0:1');
    expect(ledger.demand().type).toBe('ask');
    evaluate(2, '0:0:-1 1:0:-1 2:0:-1 3:0:-1');
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'target' });
  });
});

describe('in a simulated race with constraints that many leaders turn out to violate', () => {
  it.each([1, 2, 3])('rows, the ledger and the strategy agree on the best after each entry, and it is feasible (%i)', async (seed) => {
    const workload = {
      steps: 12,
      curve: ({ x }: { readonly x: number }) => ({
        value: () => -x,
        example: (place: number) => ({ values: { value: -x }, constraints: [x - 0.5 + Math.sin(12 * place + 40 * x)] }),
      }),
    };
    const { entries } = await simulate(line, workload, {
      strategy: parseStrategy({ chain: [{ race: { delta: 0.05 } }, 'random'] }),
      examples: 12,
      trials: 60,
      trainers: 3,
      crash: 0.02,
      seed,
    });
    const ledger = new Ledger(line);
    const rows = new TrialRows();
    let falls = 0;
    for (const entry of entries) {
      const before = ledger.best?.trial;
      const applied = ledger.fold(entry);
      rows.apply(applied);
      const first = bestFirst(rows, { name: 'value', direction: 'minimize' })[0];
      expect(first?.trial).toBe(ledger.best?.trial);
      if (first) expect(violates(first)).toBe(false);
      if (applied.effect === 'ended' && applied.leader !== undefined && applied.leader < before!) falls++;
    }
    expect(falls).toBeGreaterThan(0);
    expect(rows.get(ledger.best!.trial)).toMatchObject({ examples: 12 });
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
    report(1, placed('3:1 0:2'));
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
    [
      [
        [0, 1, 2],
        [1, 1],
      ],
      'expected 1 values and 1 outcome constraints after the place, got 1',
    ],
  ])('%j are refused', (results, why) => {
    const { suggest, report, ledger } = study();
    suggest(1);
    const { refusal } = report(1, results);
    expect(refusal).toMatchObject({ code: 'bad-field', message: expect.stringContaining(why) });
    expect(ledger.results.cost).toBe(0);
  });
  it('lack the value of an objective, or have another number of constraints than the first result of the study', () => {
    const { suggest, report } = study({ objectives: [...created.objectives, { name: 'size', direction: 'minimize' }] });
    const values = { values: { value: 0, size: 0 } };
    suggest(1);
    suggest(2);
    expect(report(1, [[0, 1]], values).refusal?.code).toBe('bad-field');
    expect(report(1, [[0, 1, 2, -3]], values)).toMatchObject({ effect: 'reported' });
    for (const result of [
      [1, 1, 2],
      [1, 1, 2, 3, 4],
    ])
      expect(report(2, [result], values).refusal).toMatchObject({
        code: 'bad-field',
        message: expect.stringContaining('2 values and 1 outcome constraints after the place, as in the first result'),
      });
    expect(report(2, [[1, 1, 2, 3]], values)).toMatchObject({ effect: 'reported' });
  });
  it('of a study without examples are reports like others', () => {
    const { suggest, report } = study({ examples: undefined });
    suggest(1);
    expect(report(1, [[0, 7]]).event).toMatchObject({ step: 1, losses: [0] });
  });
});

describe('limits', () => {
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
    expect(ledger.results).toMatchObject({ cost: 2, spent: { usd: 2, calls: 2 } });
  });
  it('the target counts for a leader with all examples, and the plateau ends with a new leader', () => {
    const { evaluate, ledger } = study({ limits: { target: 1, plateau: 1 } });
    evaluate(1, '0:0.5');
    expect(ledger.demand().type).toBe('ask');
    evaluate(2, '1:1 2:1 3:1', { resumes: 1, params: { x: 0.1 } });
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'target' });
  });
});
