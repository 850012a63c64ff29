import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact } from '../../../src/facts/facts.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { defineStrategy, StalledError, StrategyError } from '../../../streams/core.ts';
import { Engine } from '../../../streams/engine/engine.ts';
import { asha, ga, random, type Strategy } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { coded } from '../../support/coded.ts';
import { type Box, box, directives, done, last, refusal, suggestions } from '../../support/engine.ts';

describe('attempts', () => {
  const held = () => {
    const world = createTestStudy(box, random(), { trials: 2 });
    world.say({ type: 'started', trial: 1, attempt: 1, run: 'a' });
    return world;
  };

  it('retries a lost trial at the same point, from its last checkpoint, without telling strategies', () => {
    const world = held();
    world.say({ type: 'failed', trial: 1, run: 'a', reason: 'preempted', checkpoint: 'epoch-3' });
    const [first, again] = suggestions(world);
    expect(again).toMatchObject({ trial: 1, attempt: 2, params: first!.params, by: first!.by, checkpoint: 'epoch-3' });
  });

  it('retries a lost trial from the checkpoint that its last report named', () => {
    const world = held();
    const report = (step: number, checkpoint?: string) =>
      world.say({ type: 'reported', trial: 1, run: 'a', step, values: { value: 1 }, ...(checkpoint && { checkpoint }) });
    report(1, 'epoch-1');
    report(2, '--evil');
    report(3);
    world.say({ type: 'reported', trial: 1, run: 'other', step: 4, values: { value: 1 }, checkpoint: 'not-its-own' });
    world.say({ type: 'failed', trial: 1, run: 'a', reason: 'lost' });
    expect(last(suggestions(world))).toMatchObject({ trial: 1, attempt: 2, checkpoint: 'epoch-1' });
  });

  it('accepts the steps of a new attempt, and passes on only those that are new', () => {
    const world = held();
    const report = (run: string, step: number) => world.say({ type: 'reported', trial: 1, run, step, values: { value: 1 } });
    report('a', 1);
    report('a', 2);
    world.say({ type: 'failed', trial: 1, run: 'a', reason: 'lost' });
    world.say({ type: 'started', trial: 1, attempt: 2, run: 'b' });
    report('b', 1);
    report('b', 3);
    expect(directives(world).filter(({ type }) => type === 'rejected')).toEqual([]);
    expect(world.engine.ledger.open.get(1)?.step).toBe(3);
    report('b', 3);
    expect(refusal(world)?.code).toBe('duplicate-step');
  });
});

describe('a strategy that breaks its contract', () => {
  it('is replaced by a random draw when its point is not finite', () => {
    const lost: Strategy = defineStrategy({
      name: 'lost',
      init: () => 0,
      tell: (s) => s,
      ask: (_, __, ___, { axes }) => axes.map(() => Number.NaN),
    });
    const world = createTestStudy(box, lost, { trials: 3, parallel: 3 });
    const drawn = suggestions(world);
    expect(drawn.map(({ by, tags }) => [by, tags])).toEqual(drawn.map(() => ['lost', { drawn: 'its strategy proposed no finite point' }]));
    expect(new Set(drawn.map(({ params }) => JSON.stringify(params))).size).toBe(3);
  });
  const refuses: Strategy = defineStrategy({ name: 'sits', init: () => 0, tell: (s) => s, ask: () => 'wait' });
  it('ends the study when it waits for nothing', () => {
    expect(() => createTestStudy(box, refuses, {})).toThrow(StalledError);
  });
  it('ends with an error if no strategy proposes a first configuration', () => {
    expect(() => createTestStudy(box, asha({ min: 1, max: 9, pause: true }), {})).toThrow(coded('strategy'));
  });
  it('ends the study when it fails', () => {
    const breaks = defineStrategy({ name: 'breaks', init: () => 0, tell: (s) => s, ask: () => [0.5, 0.5, 0.5, 0.5, 0.5] });
    expect(() => createTestStudy(box, breaks, {})).toThrow(StrategyError);
  });
  it('is refused if it compares by one objective and the study has several', () => {
    expect(() => createTestStudy(box, ga(), { objectives: { a: 'minimize', b: 'maximize' } })).toThrow(StrategyError);
  });
});

describe('rubbish', () => {
  it.each([
    [null, 'bad-field'],
    ['text', 'bad-field'],
    [{}, 'missing-field'],
    [{ type: 'nonsense' }, 'bad-field'],
    [{ type: 'completed', trial: 1 }, 'missing-field'],
    [{ type: 'reported', trial: 1, step: -1, values: { value: 1 } }, 'bad-field'],
    [{ type: 'reported', trial: 1, step: 1.5, values: { value: 1 } }, 'bad-field'],
    [{ type: 'created' }, 'missing-field'],
    [{ type: 'suggested', trial: 7, attempt: 1, by: 'x', params: {} }, 'bad-field'],
    [{ type: 'suggested', trial: 1, attempt: 1, by: 'x', params: { x: 0.5 } }, 'out-of-place'],
    [{ type: 'failed', trial: 1, reason: 'boredom' }, 'bad-field'],
  ])('%j is refused as %s, and nothing else happens', (fact, code) => {
    const world = createTestStudy(box, random(), { trials: 2 });
    world.say(fact as never);
    expect(refusal(world)?.code).toBe(code);
    world.say(done(1));
    expect(last(suggestions(world)).trial).toBe(2);
  });
});

/** An engine whose entries the test feeds. */
function engineByHand(strategy: Strategy = random()) {
  const appended: Fact[] = [];
  const entries: Entry[] = [];
  const failures: unknown[] = [];
  const engine = new Engine<Box>({
    space: box,
    strategy,
    parseStrategy,
    append: (fact) => appended.push(fact as Fact),
    direct: () => {},
    past: async function* () {
      yield entries;
    },
    finished: () => {},
    fail: (error) => failures.push(error),
  });
  const feed = (fact: Fact) => {
    entries.push({ position: entries.length + 1, at: 0, fact });
    engine.receive(entries.slice(-1));
  };
  return { engine, appended, failures, feed };
}

describe('a decision that the log refuses', () => {
  const retrying = () => {
    const world = engineByHand();
    world.feed(createdOf(box, random(), { trials: 5, parallel: 1 }));
    world.engine.resumeAt(0);
    world.feed(world.appended[0]!);
    world.feed({ type: 'started', trial: 1, attempt: 1, run: 'a' });
    world.feed({ type: 'failed', trial: 1, run: 'a', reason: 'lost' });
    return world;
  };

  it('is made again after the entry that came between, such as a late result', () => {
    const { appended, feed, failures } = retrying();
    expect(last(appended)).toMatchObject({ trial: 1, attempt: 2 });
    feed({ type: 'completed', trial: 1, run: 'a', values: { value: 1 } });
    feed(last(appended));
    expect(last(appended)).toMatchObject({ trial: 2, attempt: 1 });
    expect(failures).toEqual([]);
  });

  it('ends the study with an error if nothing came between', () => {
    const { engine, appended, feed, failures } = retrying();
    feed({ ...last(appended), budget: -1 } as never);
    expect(failures).toMatchObject([{ name: 'StrategyError', message: expect.stringContaining('budget') }]);
    expect(engine.phase).toBe('ended');
  });
});

it('has at most one unstored decision, also while strategies read the log again', async () => {
  const { engine, appended, feed } = engineByHand();
  feed(createdOf(box, random(), { trials: 5, parallel: 2 }));
  expect(engine.phase).toBe('replaying');
  engine.resumeAt(0);
  feed(appended[0]!);
  feed(done(1));
  expect([appended.length, engine.phase]).toEqual([2, 'appending']);
  feed({ type: 'retracted', trial: 1 });
  expect(engine.phase).toBe('rebuildingAppending');
  await turn();
  expect([appended.length, engine.phase]).toEqual([2, 'appending']);
  feed(appended[1]!);
  feed(appended[2]!);
  expect([appended.length, engine.phase]).toEqual([3, 'idle']);
  feed({ type: 'closed', reason: 'person' });
  expect(engine.phase).toBe('draining');
  for (const trial of [2, 3]) feed({ type: 'stopped', trial });
  expect(engine.phase).toBe('closed');
  feed({ type: 'changed', limits: { trials: 9 } });
  expect([appended.length, engine.phase]).toEqual([4, 'appending']);
  engine.fenced();
  expect(engine.phase).toBe('behind');
  engine.dispose();
  expect(engine.phase).toBe('ended');
});

it('decides nothing until it has read the log to its end, also after another engine wrote first', () => {
  const { engine, appended, feed } = engineByHand();
  engine.resumeAt(2);
  feed(createdOf(box, random(), { trials: 5, parallel: 2 }));
  expect([appended.length, engine.phase]).toEqual([0, 'replaying']);
  feed({ type: 'annotated', note: 'read at the start' } as never);
  expect([appended.length, engine.phase]).toEqual([1, 'appending']);
  engine.fenced();
  feed({ type: 'annotated', note: 'of another engine' } as never);
  expect([appended.length, engine.phase]).toEqual([1, 'behind']);
  engine.resumeAt(4);
  expect([appended.length, engine.phase]).toEqual([1, 'behind']);
  feed(appended[0]!);
  expect([appended.length, engine.phase]).toEqual([2, 'appending']);
});
