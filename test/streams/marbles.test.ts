import { type MonoTypeOperatorFunction, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { rngOfAsk } from '../../src/strategy/env.ts';
import { stateTag } from '../../src/strategy/messages.ts';
import { defineStrategy } from '../../streams/core.ts';
import * as h from '../../streams/index.ts';

const line = h.space({ x: h.float(0, 1) });
const env: h.Env = {
  axes: line.axes,
  snap: line.snap,
  feasible: line.feasible,
  seed: '1',
  name: '',
  objectives: ['value'],
  parallel: 2,
  rng: rngOfAsk,
};
const marbles = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

const ask = (id: number): h.Ask => ({ type: 'ask', id });
const suggested = (id: number, by: string, x = 0.5): h.Suggested => ({ type: 'suggested', id, by, point: [x] });
const reported = (id: number, step: number, loss: number): h.Reported => ({ type: 'reported', id, step, losses: [loss] });
const ended = (id: number, by: string, loss: number, more: Partial<h.Ended> = {}): h.Ended => ({
  ...more,
  type: 'ended',
  id,
  by,
  point: [0.5],
  outcome: 'completed',
  losses: [loss],
});
/** Always proposes one point. */
const fixed = (name: string, x: number) => defineStrategy({ name, init: () => 0, tell: (s) => s, ask: () => [x] });
/** Proposes the next point for each retry, until there is none. */
const steps = (name: string, points: readonly number[]) =>
  defineStrategy({
    name,
    init: () => 0,
    tell: (s) => s,
    ask: (_, { retry = 0 }) => (retry < points.length ? [points[retry]!] : undefined),
  });
/** Waits for ever. */
const sits = defineStrategy({ name: 'sits', init: () => 0, tell: (s) => s, ask: () => 'wait' });
const proposed = (id: number, by: string, x: number, more: Partial<h.Propose> = {}): h.Propose => ({
  ...more,
  type: 'propose',
  id,
  by,
  point: [x],
});

/** Runs a stage against a hot source; what comes out is named by letters, and it is unsubscribed with its source. */
function stage(
  strategy: h.Strategy,
  source: string,
  expected: string,
  said: Record<string, h.Message>,
  heard: Record<string, h.Message> = {},
): void {
  marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const messages$ = hot(source, said);
    expectObservable(messages$.pipe(strategy(env))).toBe(expected, { ...said, ...heard });
    const frames = source.replaceAll(' ', '');
    expectSubscriptions(messages$.subscriptions).toBe(
      `^${'-'.repeat(Math.max(0, frames.replace(/\([^)]*\)/g, (g) => '-'.repeat(g.length)).length - 2))}!`,
    );
  });
}

describe('operators on a study, in marbles', () => {
  it('take asks a stage for its first n trials', () => {
    stage(
      h.take(1, fixed('a', 0.25)),
      '-a-b-c-|',
      '-x-b-c-|',
      { a: ask(1), b: suggested(1, 'take/a', 0.25), c: ask(2) },
      { x: proposed(1, 'take/a', 0.25) },
    );
  });

  it('chain asks the next stage when the one before hands on', () => {
    stage(
      h.chain(h.take(1, fixed('a', 0.25)), fixed('b', 0.75)),
      '-a-b-c-|',
      '-x-b-y-|',
      { a: ask(1), b: suggested(1, 'take/a', 0.25), c: ask(2) },
      { x: proposed(1, 'take/a', 0.25), y: proposed(2, 'b', 0.75) },
    );
  });

  it('fill answers for a stage that waits', () => {
    stage(h.chain(sits, h.fill(fixed('b', 0.75))), '-a-|', '-x-|', { a: ask(1) }, { x: proposed(1, 'fill/b', 0.75) });
  });

  it('fill lets a stage wait for its model', () => {
    const said = { a: { type: 'wait', id: 1, by: 'model', until: 'ready' } as const };
    stage(h.fill(fixed('b', 0.75)), '-a-|', '-a-|', said);
  });

  it('dedupe retries for a repeated point, but not for a promotion', () => {
    const sequence = steps('a', [0.25, 0.5]);
    stage(
      h.dedupe(sequence),
      '-a-b-c-|',
      '-x-b-y-|',
      { a: ask(1), b: suggested(1, 'other', 0.25), c: ask(2) },
      { x: proposed(1, 'dedupe/a', 0.25), y: proposed(2, 'dedupe/a', 0.5, { retry: 1 }) },
    );
    const promoted = proposed(2, 'a', 0.25, { resumes: 1, budget: 3 });
    stage(
      h.dedupe(() => map((m) => (m.type === 'ask' ? promoted : m))),
      '-b-c-|',
      '-b-y-|',
      { b: suggested(1, 'a', 0.25), c: ask(2) },
      { y: promoted },
    );
  });

  it('reject retries, and hands the ask on if its strategy finds nothing else', () => {
    stage(
      h.reject(([x]) => x! > 0.5, steps('a', [0.75, 0.25])),
      '-a-|',
      '-x-|',
      { a: ask(1) },
      { x: proposed(1, 'reject/a', 0.25, { retry: 1 }) },
    );
    stage(
      h.reject(() => true, steps('a', [0.75])),
      '-a-|',
      '-x-|',
      { a: ask(1) },
      { x: { type: 'ask', id: 1, retry: 1 } },
    );
  });

  it('mix asks one arm, and the next where it waits', () => {
    stage(h.mix({ sits, a: fixed('a', 0.25) }), '-a-|', '-x-|', { a: ask(1) }, { x: proposed(1, 'mix/a/a', 0.25) });
  });

  it.each([
    ['bandit', h.bandit],
    ['mix', h.mix],
  ])('%s refuses arms whose trials it could not distinguish', (kind, make) => {
    const arm = fixed('g', 0.25);
    expect(() => make({ 'a/b': arm, a: arm })).toThrow(`${kind}: expected names of arms without /, got "a/b"`);
    expect(() => make({})).toThrow(`${kind}: expected at least one arm`);
    expect(() => make([arm, arm] as never)).toThrow(`${kind}: expected strategies by name`);
  });

  it('bandit asks each arm once before it compares them', () => {
    const arms = h.bandit({ good: fixed('g', 0.25), bad: fixed('b', 0.75) });
    stage(
      arms,
      '-a-b-c-d-|',
      '-x-b-y-d-|',
      { a: ask(1), b: suggested(1, 'bandit/good/g', 0.25), c: ask(2), d: ended(1, 'bandit/good/g', 1) },
      { x: proposed(1, 'bandit/good/g', 0.25), y: proposed(2, 'bandit/bad/b', 0.75) },
    );
  });

  it('bandit prefers the arm with good results', () => {
    const said: Record<string, h.Message> = {};
    'abcdefgh'.split('').forEach((key, i) => {
      const by = i % 4 < 2 ? 'bandit/good/g' : 'bandit/bad/b';
      said[key] = i % 2 === 0 ? suggested(i + 1, by) : ended(i, by, i % 4 < 2 ? 1 : 9);
    });
    said.z = ask(9);
    stage(h.bandit({ bad: fixed('b', 0.75), good: fixed('g', 0.25) }), '-abcdefghz|', '-abcdefghx|', said, {
      x: proposed(9, 'bandit/good/g', 0.25),
    });
  });

  it('bandit hands on an ask that no arm answers, and waits if one waits', () => {
    stage(h.bandit({ none: h.take(0, sits) }), '-a-|', '-a-|', { a: ask(1) });
    stage(h.bandit({ none: h.take(0, sits), sits }), '-a-|', '-x-|', { a: ask(1) }, { x: { type: 'wait', id: 1, by: 'bandit/sits/sits' } });
  });

  it('percentileStop stops a trial that falls behind, right after its report', () => {
    const said = { a: reported(1, 1, 1), b: reported(2, 1, 2), c: reported(3, 1, 3), d: reported(3, 2, 9) };
    stage(h.percentileStop({ peers: 2 }), '-a-b-c----d-|', '-a-b-(cx)-d-|', said, {
      x: { type: 'stop', id: 3, by: 'percentileStop', why: 'its best up to step 1, 3, is not among the best 50 % of 2' },
    });
  });

  it('asha that pauses hands asks on with the lowest budget, and promotes the best third', () => {
    const said = {
      a: ask(1),
      b: { ...suggested(1, 'x'), budget: 1 },
      c: { ...suggested(2, 'x'), budget: 1 },
      d: { ...suggested(3, 'x'), budget: 1 },
      e: ended(1, 'x', 3, { budget: 1 }),
      f: ended(2, 'x', 1, { budget: 1 }),
      g: ended(3, 'x', 2, { budget: 1 }),
      i: ask(4),
      j: { ...suggested(4, 'asha'), budget: 3, resumes: 2 },
      k: ask(5),
    };
    const why = { 'first rung': '1, as the option first says' };
    stage(h.asha({ min: 1, max: 9, pause: true, first: 1 }), '-abcdefgijk-|', '-xbcdefgyjz-|', said, {
      x: { ...ask(1), budget: 1, tags: { ...stateTag('asha', 0), ...why } },
      y: proposed(4, 'asha', 0.5, { budget: 3, resumes: 2, tags: why }),
      z: { ...ask(5), budget: 1, tags: { ...stateTag('asha', 0), ...why } },
    });
  });

  it('asha that stops lets the best so far continue once the study has trained enough, and then the best third', () => {
    const said = Object.fromEntries(
      [1, 2, 3, 4].flatMap((id, i) => [
        [`${'acef'[i]}`, suggested(id, 'x')],
        [`${'bdgh'[i]}`, reported(id, 1, 5 - id)],
      ]),
    );
    // 3, 2 and 1 are each the best so far; then the order is reversed at the next rung.
    const next = { p: reported(1, 3, 1), q: reported(2, 3, 2), r: reported(3, 3, 3) };
    stage(
      h.asha({ min: 1, max: 9, first: 1 }),
      '-ab---cdegfh---p-q----r---|',
      '-a(bw)cdegfh---p-(qx)-(ry)|',
      { ...said, ...next },
      {
        w: {
          type: 'stop',
          id: 1,
          by: 'asha',
          why: '4 was number 1 of 1 at step 1; too few to compare, so none continues yet',
        },
        x: {
          type: 'stop',
          id: 2,
          by: 'asha',
          why: '2 was number 2 of 2 at step 3; enough others already continue, so only a new best one would',
        },
        y: { type: 'stop', id: 3, by: 'asha', why: '3 was number 3 of 3 at step 3; the best one continues' },
      },
    );
  });

  it('any operator of the right type is a stage', () => {
    const budgeted: MonoTypeOperatorFunction<h.Message> = map((m) => (m.type === 'ask' ? { ...m, budget: 5 } : m));
    stage(
      h.chain(() => budgeted, fixed('a', 0.25)),
      '-a-|',
      '-x-|',
      { a: ask(1) },
      { x: proposed(1, 'a', 0.25, { budget: 5 }) },
    );
  });
});

describe('suggest, in marbles', () => {
  const done = (trial: number): h.TrialEvent => ({ type: 'completed', trial, values: { value: 1 } });

  it('answers each result at once, and completes when the study does', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const events$ = hot('-a--b--c--', { a: done(1), b: done(2), c: done(3) });
      const trials$ = events$.pipe(
        h.suggest(line, { strategy: h.random(), trials: 3 }),
        map((d) => (d.type === 'suggested' ? d.trial : d.type)),
      );
      expectObservable(trials$).toBe('xy--z--|', { x: 1, y: 2, z: 3 });
      expectSubscriptions(events$.subscriptions).toBe('^------!');
    });
  });

  it('ends with its source, and passes its error on', () => {
    marbles(({ cold, expectObservable }) => {
      const types = map((d: h.Directive<unknown>) => d.type);
      expectObservable(cold<h.TrialEvent>('--|').pipe(h.suggest(line, { strategy: h.random() }), types)).toBe('x-|', { x: 'suggested' });
      expectObservable(cold<h.TrialEvent>('--#').pipe(h.suggest(line, { strategy: h.random() }), types)).toBe('x-#', { x: 'suggested' });
    });
  });

  it('answers facts that do not count', () => {
    marbles(({ cold, expectObservable }) => {
      const refused = map((d: h.Directive<unknown>) => (d.type === 'rejected' ? d.refusal.code : d.type));
      expectObservable(cold('--a-|', { a: done(7) }).pipe(h.suggest(line, { strategy: h.random() }), refused)).toBe('x-y-|', {
        x: 'suggested',
        y: 'unknown-trial',
      });
    });
  });
});
