import { filter, map, mergeMap, Observable, Subject, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { answeringChart, chart } from '../../machines/index.ts';
import { strategyProperties } from '../../src/testing/strategyContract.ts';
import type { StrategyCase } from '../../src/testing/subscribed.ts';
import { type Core, defineStrategy, drive, operatorOf, propose, runInner, stage, stateTag } from '../../streams/core.ts';
import { type Ask, type Condition, type Env, type Message, type Point, random, type Strategy, until } from '../../streams/index.ts';
import { around } from '../../streams/kernel/inner.ts';
import { fleet, type Net, net } from './world.ts';

/** A plain operator that answers asks, with a switch for each fault. */
const answering =
  (answer: (ask: Ask) => Message[]): Strategy =>
  () =>
    mergeMap((m: Message) => (m.type === 'ask' ? answer(m) : [m]));

const middle = net.snap(net.axes.map(() => 0.5));
/** A point for a number: spread over the first axis. */
const spread = (n: number) => net.snap(net.axes.map((_, i) => (i === 0 ? (n * 0.618) % 1 : 0.1)));

const countsInDecisions = (): Strategy => (env) => (source) =>
  new Observable<Message>((out) => {
    let asked = 0;
    return source.pipe(map((m) => (m.type === 'ask' ? propose(m, `${env.name}wrong`, spread(7.3 * ++asked + m.id)) : m))).subscribe(out);
  });

const countsFixedAsks = (): Strategy => () => (source) =>
  new Observable<Message>((out) => {
    let asks = 0;
    return source.pipe(map((m) => (m.type === 'ask' ? propose(m, 'wrong', spread(m.id + (m.fixed ? ++asks : 0))) : m))).subscribe(out);
  });

function keepsStatePerApplication(): Strategy {
  return () => {
    let told = 0;
    return map((m: Message) => {
      if (m.type !== 'ask') told++;
      return m.type === 'ask' ? propose(m, 'wrong', spread(told)) : m;
    });
  };
}

const stopsByCountingAsks = (): Strategy => () => (source) =>
  new Observable<Message>((out) => {
    let asks = 0;
    return source
      .pipe(
        mergeMap((m): Message[] => {
          if (m.type === 'ask') asks++;
          if (m.type === 'reported' && asks % 3 === 0) return [m, { type: 'stop', id: m.id, by: 'wrong' }];
          return m.type === 'ask' ? [propose(m, 'wrong', spread(m.id))] : [m];
        }),
      )
      .subscribe(out);
  });

const neverLetsGo = (): Strategy => (env) => (source) =>
  new Observable<Message>((out) => {
    const inner = new Subject<Message>();
    source.subscribe(inner);
    return inner.pipe(random()(env)).subscribe(out);
  });

const losesErrors = (): Strategy => (env) => (source) =>
  new Observable<Message>((out) => {
    const inner = new Subject<Message>();
    out.add(inner.pipe(random()(env)).subscribe(out));
    out.add(source.subscribe({ next: (m) => inner.next(m), error: () => {} }));
  });

const first = (): Point => spread(1);

const changesItsState = (): Strategy =>
  defineStrategy<{ told: number }>({
    name: 'wrong',
    init: () => ({ told: 0 }),
    tell: (state) => {
      state.told++;
      return state;
    },
    ask: first,
  });

/** The state is a new object each time, but shares a list. */
const listsInItsState = (): Strategy =>
  defineStrategy<{ readonly told: string[] }>({
    name: 'wrong',
    init: () => ({ told: [] }),
    tell: ({ told }, { type }) => {
      told.push(type);
      return { told };
    },
    ask: first,
  });

class Hidden {
  #told = 0;
  tell(): this {
    this.#told++;
    return this;
  }
  point(): Point {
    return spread(this.#told);
  }
}

const hidesItsState = (): Strategy =>
  defineStrategy<Hidden>({ name: 'wrong', init: () => new Hidden(), tell: (state) => state.tell(), ask: (state) => state.point() });

const countingCondition: Condition<{ told: number }> = {
  init: () => ({ told: 0 }),
  tell: (state) => {
    state.told++;
    return state;
  },
  holds: () => false,
};

const tagging = (env: Env): Core<undefined, 'answering', never> => ({
  start: undefined,
  tell: () => undefined,
  verdict: () => undefined,
  answers: { answering: (_, ask) => propose(ask, env.name, spread(ask.id), stateTag(`${env.name}/phase`, 'asleep')) },
});

const passingChart = chart('passing', 'before', { before: { passed: 'after' }, after: {} });
const missing = (env: Env): Core<number, 'before' | 'after', 'passed'> => ({
  start: 0,
  tell: (told) => told + 1,
  verdict: (told) => (told % 7 === 1 ? 'passed' : undefined),
  answers: { before: (_, ask) => propose(ask, env.name, spread(ask.id)), after: (_, ask) => propose(ask, env.name, spread(-ask.id)) },
});
const passing = { tell: () => {}, ask: (ask: Ask) => ask };

/** For each property, strategies that break it. */
const wrong: { readonly [K in keyof typeof strategyProperties]: Readonly<Record<string, () => Strategy>> } = {
  'keeps to its slots, numbers trials without a gap, and ends': {
    'waits for ever': () => answering((ask) => [{ ...ask, type: 'wait', by: 'wrong' }]),
    'never answers': () => answering(() => []),
  },
  'is a function of the seed and of the order of events': {
    'draws from elsewhere': () =>
      defineStrategy({ name: 'wrong', init: () => 0, tell: (s) => s, ask: () => net.axes.map(() => Math.random()) }),
  },
  'differs by seed': { 'knows no seed': () => answering((ask) => [propose(ask, 'wrong', spread(ask.id + (ask.retry ?? 0)))]) },
  'answers every ask immediately and exactly once': {
    'answers twice': () => answering((ask) => [propose(ask, 'wrong', middle), propose(ask, 'wrong', middle)]),
    'never answers': () => answering(() => []),
    'answers another ask': () => answering((ask) => [propose({ ...ask, id: ask.id + 1 }, 'wrong', middle)]),
  },
  'proposes snapped and feasible points in the cube': {
    'leaves the cube': () =>
      answering((ask) => [
        propose(
          ask,
          'wrong',
          net.axes.map(() => 1.5),
        ),
      ]),
    'does not snap': () =>
      answering((ask) => [
        propose(
          ask,
          'wrong',
          net.axes.map((_, i) => (i < 3 ? 0.3 : 0.1)),
        ),
      ]),
    'breaks a constraint': () => answering((ask) => [propose(ask, 'wrong', net.snap(net.axes.map(() => 1)))]),
  },
  'passes on facts and decisions of other stages, unchanged and before its own': {
    'swallows reports': () => () => filter((m: Message) => m.type !== 'reported'),
    'swallows stops': () => () => filter((m: Message) => m.type !== 'stop'),
    'decides before it passes on': () => () =>
      mergeMap((m: Message): Message[] => (m.type === 'reported' ? [{ type: 'stop', id: m.id, by: 'wrong' }, m] : [m])),
    'changes facts': () => () => map((m: Message) => (m.type === 'ended' ? { ...m } : m)),
  },
  'does not change when it is asked': { 'counts in its decisions': countsInDecisions },
  'never changes a state that it is given': {
    'counts in the state that it is given': changesItsState,
    'lists facts in the state that it is given': listsInItsState,
    'hides its state': hidesItsState,
    'composes by a condition that changes its state': () => until(countingCondition, random()),
  },
  'suggests in the phase that its machine shows, and tells how long its answers take': {
    'shows two machines under one path': () =>
      stage('wrong', {}, (env) =>
        operatorOf(env, (out) =>
          around(
            [random(), random()].map((own) => runInner(own, env, out)),
            passing,
          ),
        ),
      ),
    'tags another phase': () => stage('wrong', {}, (env) => drive(answeringChart, tagging(env), env)),
  },
  'is in the phase that its facts lead to, however often it was asked': {
    'moves only if it is asked in time': () => stage('wrong', {}, (env) => drive(passingChart, missing(env), env)),
  },
  'starts again with each subscription': { 'keeps state per application': keepsStatePerApplication },
  'unsubscribes from its source': { 'holds on': neverLetsGo },
  'passes on an error of its source': { 'loses errors': losesErrors },
  'resumes from any prefix of its log as if nothing had happened': {
    'counts in its decisions': countsInDecisions,
    'stops by what no log holds': stopsByCountingAsks,
  },
  'keeps to fixed values, and resumes from any prefix of a log with them': { 'counts asks with fixed values': countsFixedAsks },
};

const caseOf = (make: () => Strategy): StrategyCase<Net> => ({ make, space: net, study: { trials: 24, parallel: 3 }, fleet, runs: 20 });

describe.each(Object.entries(wrong))('the property "%s"', (name, strategies) => {
  const property = strategyProperties[name as keyof typeof strategyProperties] as (of: StrategyCase<Net>) => void;
  it.each(Object.entries(strategies))('fails for a strategy that %s', (_, make) => {
    expect(() => property(caseOf(make))).toThrow();
  });
  it('holds for random, and for an operator that passes everything on', () => {
    property(caseOf(random));
    property(
      caseOf(
        () => (env) => (source) =>
          source.pipe(
            tap(() => {}),
            random()(env),
          ),
      ),
    );
  });
});
