import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ExampleResult, Suggested } from '../../../src/strategy/messages.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { memoryLog } from '../../../streams/core.ts';
import { verify } from '../../../streams/engine/verify.ts';
import { best as bestOf, bo, chain, each, float, int, optimize, parseStrategy, race, random, space, tpe } from '../../../streams/index.ts';
import { past } from '../../../streams/log/past.ts';
import { interview, proposal, rootEnv } from '../../support/interview.ts';

const line = space({ x: float(0, 1) });
const COUNT = 20;

/** A race with the trials of a test. */
function racing(options: Parameters<typeof race>[0] = {}, env: Parameters<typeof rootEnv>[1] = {}) {
  const subject = interview(race(options), rootEnv(line, { examples: COUNT, parallel: 2, ...env }));
  const trials = new Map<number, Suggested>();
  /** Suggests what the race answers to the next ask. @returns its examples */
  const next = (id: number) => {
    const reply = subject.ask(id);
    const point = reply.type === 'propose' ? reply.point : [id / 100];
    const { examples = [], resumes } = reply as Suggested;
    const suggested: Suggested = {
      type: 'suggested',
      id,
      by: reply.type === 'propose' ? reply.by : 'random',
      point,
      examples,
      ...(resumes && { resumes }),
    };
    trials.set(id, suggested);
    subject.tell(suggested);
    return examples;
  };
  const known = new Map<number, number>();
  /** Reports one result after the other. @returns the stop, if there was one */
  const report = (id: number, results: readonly ExampleResult[]) => {
    for (const result of results) {
      known.set(id, (known.get(id) ?? 0) + 1);
      const heard = subject.put({ type: 'reported', id, step: known.get(id)!, losses: [0], results: [result] });
      const stop = heard.find((m) => m.type === 'stop');
      if (stop) return stop;
    }
    return undefined;
  };
  const end = (id: number, outcome: 'completed' | 'stopped' = 'completed') =>
    subject.tell({ ...trials.get(id)!, type: 'ended', outcome, losses: [0] });
  /** Evaluates a trial on its examples, and ends it. @returns the stop, if there was one */
  const evaluate = (id: number, loss: (place: number) => number) => {
    const places = trials.get(id)?.examples ?? next(id);
    const stop = report(
      id,
      places.map((place) => [place, [loss(place)]]),
    );
    end(id, stop ? 'stopped' : 'completed');
    return stop as { readonly type: 'stop'; readonly why: string } | undefined;
  };
  return { ...subject, trials, next, report, end, evaluate };
}

describe('race', () => {
  it('begins with the same two examples until a trial leads', () => {
    const { next } = racing();
    const first = next(1);
    expect(first).toHaveLength(2);
    expect(next(2)).toEqual(first);
  });

  it('gives the leader a quarter more of the examples if leaders had too few of them', () => {
    const { next, evaluate, trials } = racing();
    const first = next(1);
    evaluate(1, () => 1);
    // All results are those of the leader, so a challenger comes, which takes its examples.
    expect([...next(2)].sort()).toEqual([...first].sort());
    expect(trials.get(2)).not.toHaveProperty('resumes');
    for (const id of [2, 3, 4, 5]) {
      if (id > 2) expect(trials.get(next(id) && id)).not.toHaveProperty('resumes');
      evaluate(id, () => 2);
    }
    const more = next(6); // 2 of 10 results are those of the leader
    expect(trials.get(6)).toMatchObject({ by: 'race', resumes: 1, point: [0.01] });
    expect(more).toHaveLength(1);
    expect(first).not.toContain(more[0]);
    expect(trials.get(next(7) && 7)).not.toHaveProperty('resumes'); // it grows once at a time
  });

  it('lets each challenger take the examples of the leader in an order of its own', () => {
    const { next, evaluate } = racing({ share: 1 });
    evaluate(1, () => 1);
    expect(evaluate(2, () => 1)).toBeUndefined(); // with a share of 1, the leader takes all at once
    const [a, b] = [next(90), next(91)];
    expect(a).toHaveLength(COUNT);
    expect(a).not.toEqual(b);
    expect([...a].sort((x, y) => x - y)).toEqual([...b].sort((x, y) => x - y));
  });

  it('stops a challenger that is probably worse, and says by how much', () => {
    const { evaluate } = racing({ share: 1 });
    for (const id of [1, 2]) evaluate(id, (place) => place);
    const stop = evaluate(50, (place) => place + 1 + (place % 2));
    expect(stop).toMatchObject({ type: 'stop', id: 50, by: 'race' });
    expect(stop!.why).toMatch(/^worse by [\d.]+ ± [\d.]+ than trial \d+ on the same [23] examples; P\(better\) = \d+ %$/);
    expect(evaluate(51, (place) => place - 1 - (place % 2))).toBeUndefined(); // it is better
    expect(evaluate(52, (place) => place)).toMatchObject({ type: 'stop', why: expect.stringContaining('trial 51') });
  });

  /** Evaluates a configuration on all of its examples. @returns the stop, if there was one */
  const evaluated = (
    { next, report, end }: ReturnType<typeof racing>,
    id: number,
    numbers: (place: number) => readonly [loss: number, constraint: number],
  ) => {
    const stop = report(
      id,
      next(id).map((place) => [place, numbers(place)]),
    );
    end(id, stop ? 'stopped' : 'completed');
    return stop as { readonly why: string } | undefined;
  };

  it('stops a challenger that probably violates a constraint, and says by how much', () => {
    const subject = racing({ share: 1, delta: 0.1 });
    for (const id of [1, 2]) expect(evaluated(subject, id, (place) => [1, -1 + (place % 2)])).toBeUndefined(); // the leader takes all
    expect(evaluated(subject, 3, (place) => [0, 1 + (place % 2)])?.why).toMatch(
      /^outcome constraint 1 is [\d.]+ ± [\d.]+ on (one example|[23] examples); P\(feasible\) = \d %$/,
    );
    expect(evaluated(subject, 4, (place) => [0, -1 + (place % 2)])).toBeUndefined();
    expect(evaluated(racing({ share: 1, delta: 0 }), 1, () => [0, 9])).toBeUndefined();
    expect(evaluated(subject, 5, () => [3, -1])?.why).toMatch(/^worse by/);
    expect(evaluated(subject, 6, () => [3, -1])?.why).toContain('trial 4'); // it leads, 3 does not
  });

  it('compares challengers with a leader that violates a constraint by that constraint, not by their losses', () => {
    const subject = racing({ share: 1, delta: 0.1 });
    for (const id of [1, 2]) evaluated(subject, id, (place) => [0, 2 + (place % 3)]);
    expect(evaluated(subject, 3, (place) => [0, 4 + (place % 3)])?.why).toMatch(/^worse by .* in outcome constraint 1 than trial 2/);
    expect(evaluated(subject, 4, (place) => [9, 1 + (place % 3)])).toBeUndefined();
    expect(evaluated(subject, 5, (place) => [0, 2 + (place % 3)])?.why).toContain('trial 4');
    expect(evaluated(subject, 6, (place) => [99, -1 - (place % 3)])).toBeUndefined();
    expect(evaluated(subject, 7, () => [99.5, -1])?.why).toMatch(/^worse by 0.5 ± \S+ than trial 6/);
  });

  it('gives more examples to the best feasible configuration once the leader violates a constraint on more', () => {
    const subject = racing({ share: 0.9 });
    const [first, second] = [subject.next(1), subject.next(2)];
    const all = (id: number, places: readonly number[], numbers: readonly [number, number]) => {
      subject.report(
        id,
        places.map((place) => [place, numbers] as const),
      );
      subject.end(id);
    };
    all(1, first, [0, -1]);
    all(2, second, [5, -1]);
    all(3, subject.next(3), [0, 9]);
    expect(subject.trials.get(3)).toMatchObject({ resumes: 1 });
    all(4, subject.next(4), [5, -1]);
    expect(subject.trials.get(4)).toMatchObject({ resumes: 2 });
  });

  it('lets challengers have more examples where only trials are limited', () => {
    const chanceAtStop = (env: Parameters<typeof rootEnv>[1]) => {
      const { evaluate } = racing({ share: 1 }, env);
      for (const id of [1, 2]) evaluate(id, () => 0);
      const { why } = evaluate(3, (place) => 1 + 2 * (place % 2))!;
      return Number(/P\(better\) = (\d+) %/.exec(why)![1]);
    };
    expect(chanceAtStop({ trials: 100 })).toBeLessThanOrEqual(5);
    for (const paid of [{ spend: { usd: 5 } }, { cost: 900 }, { trials: 100, cost: 900 }, { trials: 100, spend: { usd: 5 } }])
      expect(chanceAtStop(paid)).toBeGreaterThan(5);
  });

  it('gives the leader all examples at the end, once no challenger is left, in as many trials as may be open', () => {
    const { next, evaluate, put, tell } = racing();
    const [first] = [next(1), next(2)];
    evaluate(1, () => 1);
    const finishing = { type: 'ask', id: 3, finishing: true } as const;
    expect(put(finishing)).toMatchObject([{ type: 'wait' }]);
    evaluate(2, () => 2);
    const half = proposal(put(finishing)[0]!);
    expect(half).toMatchObject({ resumes: 1 });
    tell({ ...half, type: 'suggested', id: 3 });
    const other = proposal(put({ ...finishing, id: 4 })[0]!);
    expect(Math.abs(half.examples!.length - other.examples!.length)).toBeLessThanOrEqual(1);
    expect([...first, ...half.examples!, ...other.examples!].sort((a, b) => a - b)).toEqual(
      Array.from({ length: COUNT }, (_, place) => place),
    );
    tell({ ...other, type: 'suggested', id: 4 });
    expect(put({ ...finishing, id: 5 })).toMatchObject([{ type: 'wait' }]);
  });

  it.each([[{ examples: undefined }, 'race compares trials on examples']])('does not suit a study with %j', (env, message) => {
    expect(() => interview(race(), rootEnv(line, env as never)).ask(1)).toThrow(message);
  });
});

describe('a study of examples', () => {
  const questions = Array.from({ length: 30 }, (_, i) => `q${i}`);
  const hardness = (question: string) => Math.sin(37 * Number(question.slice(1)));
  let evaluations = 0;
  const score = each(questions, ({ x }: { x: number }, question) => {
    evaluations++;
    return (x - 0.3) ** 2 + hardness(question);
  });

  it('finds the best with a part of the evaluations, resumes from each entry, and can be verified', async () => {
    evaluations = 0;
    const log = memoryLog();
    const study = optimize(line, score, { trials: 40, seed: 5, log, strategy: random() });
    const { best, reason } = await study;
    expect(reason).toBe('trials');
    expect(Math.abs(best!.params.x - 0.3)).toBeLessThan(0.05);
    expect(best).toMatchObject({ examples: 30, budget: 30 });
    const { row, verdict } = study.recommend()!;
    expect(row).toEqual(best);
    expect(['improving', 'no-improvement']).toContain(verdict.reason); // the few trials with all examples tell nothing of noise
    expect(evaluations).toBeLessThan(0.3 * 40 * 30);
    const verified = await verify(line, parseStrategy({ chain: ['race', 'random'] }), () => past(log, 1));
    expect(verified).toEqual({ recomputed: expect.any(Number) });
    expect(verified.recomputed).toBeGreaterThan(40);
  });

  it('keeps the mean of a constraint at most 0: the best is feasible, and trials that are not are stopped early', async () => {
    const log = memoryLog();
    const limited = each(questions, ({ x }: { x: number }, question) => ({
      values: { value: -x },
      constraints: [x - 0.4 + 0.2 * hardness(question)],
    }));
    const limit = 0.4 - (0.2 * questions.reduce((sum, question) => sum + hardness(question), 0)) / questions.length;
    const study = optimize(line, limited, { trials: 60, seed: 5, log, strategy: random() });
    const bests = lastValueFrom(study.pipe(bestOf(), toArray()));
    const { best } = await study;
    const emitted = await bests;
    expect(emitted.at(-1)).toEqual(best);
    for (const { constraints } of emitted) expect(constraints![0]).toBeLessThanOrEqual(0);
    expect(best!.params.x).toBeLessThanOrEqual(limit);
    expect(best!.params.x).toBeGreaterThan(limit - 0.05);
    expect(best).toMatchObject({ examples: 30, constraints: [expect.closeTo(best!.params.x - limit, 9)] });
    const violating = study.trials().filter(({ params, resumes }) => params.x > limit + 0.2 && resumes === undefined);
    expect(violating.length).toBeGreaterThan(10);
    for (const { constraints, step } of violating.slice(4)) {
      expect(constraints![0]).toBeGreaterThan(0);
      expect(step).toBeLessThan(10);
    }
    const { stopped: why } = await study.why(violating.at(-1)!.trial);
    expect(why).toMatch(/^by race: outcome constraint 1 is .*P\(feasible\)/);
    expect(await verify(line, parseStrategy({ chain: ['race', 'random'] }), () => past(log, 1))).toEqual({
      recomputed: expect.any(Number),
    });
  });

  it('has the sums of metrics in its trials', async () => {
    const paid = each(questions, ({ x }: { x: number }, question) => ({
      values: { value: x + hardness(question) },
      metrics: { usd: 0.5 },
    }));
    const study = optimize(line, paid, { trials: 12, seed: 1, strategy: random() });
    await study;
    const begun = study.trials().filter(({ resumes }) => resumes === undefined);
    expect(begun.map(({ metrics }) => metrics?.usd)).toEqual(begun.map(({ step }) => 0.5 * step!));
  });

  it('has the leader as its best, also after an abort', async () => {
    const abort = new AbortController();
    const study = optimize(line, score, { trials: 400, seed: 2, strategy: tpe(), signal: abort.signal });
    study.entries$.subscribe(({ event }) => event?.type === 'ended' && event.id === 30 && abort.abort());
    const { best, reason } = await study.result();
    expect(reason).toBe('aborted');
    expect(study.best()).toEqual(best);
    const completed = study.trials().filter(({ status }) => status === 'completed');
    expect(Math.max(...completed.map(({ step }) => step!))).toBe(best!.step);
  });

  it('finds the best of right and wrong answers with a model, though the first trials have 0 of 2 right', async () => {
    const answer = each(questions, ({ x }: { x: number }, question) => (hardness(question) / 2 + 0.5 > Math.abs(x - 0.3) ? 1 : 0));
    const study = optimize(line, answer, { objectives: { score: 'maximize' }, trials: 25, seed: 4, strategy: bo() });
    const { best } = await study;
    expect(Math.abs(best!.params.x - 0.3)).toBeLessThan(0.1);
    expect(study.trials().filter(({ values, examples }) => examples === 2 && values!.score === 0).length).toBeGreaterThan(0);
  });

  it('gives the leader all examples, too, when no configuration is left to try', async () => {
    const few = each(questions, ({ x }: { x: number }, question) => x + hardness(question));
    const { best, reason } = await optimize(space({ x: int(1, 5) }), few, { seed: 2, parallel: 3, strategy: random() });
    expect(reason).toBe('exhausted');
    expect(best).toMatchObject({ params: { x: 1 }, examples: 30 });
  });

  it('evaluates everything with early: false, and takes a race of the user as it is', () => {
    const suggested = (options: object) =>
      createTestStudy(line, parseStrategy('random'), { examples: 5, trials: 3, ...options }).given.map(({ directive }) => directive);
    expect(suggested({})).toMatchObject([{ type: 'suggested', by: 'random' }]);
    expect(suggested({})[0]).not.toHaveProperty('examples');
  });

  it('enqueued configurations race, too', async () => {
    const study = optimize(line, score, { trials: 12, seed: 1, strategy: chain(race(), random()) });
    await study.enqueue({ x: 0.31 });
    await study;
    const row = study.trials().find(({ by }) => by === 'queue')!;
    expect(row.budget).toBeLessThan(30);
  });

  it('with two objectives, those lead that no other one dominates, and all of them get all examples', async () => {
    const both = each(questions, ({ x, y }: { readonly x: number; readonly y: number }, question) => ({
      cost: x + y + hardness(question),
      harm: 1 - x + y + 2 * hardness(question),
    }));
    const study = optimize(space({ x: float(0, 1), y: float(0, 1) }), both, {
      objectives: { cost: 'minimize', harm: 'minimize' },
      trials: 60,
      seed: 3,
      parallel: 3,
      strategy: random(),
    });
    const { front, best } = await study;
    expect(front.length).toBeGreaterThan(3);
    for (const { step } of front) expect(step).toBe(30);
    expect(best!.values.cost).toBe(Math.min(...front.map(({ values }) => values.cost)));
    const stopped = study.trials().filter(({ status }) => status === 'stopped');
    expect(stopped.length).toBeGreaterThan(20);
    const { stopped: why } = await study.why(stopped.at(-1)!.trial);
    expect(why).toMatch(/^by race: worse by .* in cost and by .* in harm than trial/);
  });
});
