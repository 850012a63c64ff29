import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact } from '../../../src/facts/facts.ts';
import { defineStrategy, StalledError, StrategyError } from '../../../streams/core.ts';
import { Decider } from '../../../streams/engine/decider.ts';
import { random, type Strategy, sobol } from '../../../streams/index.ts';
import { createdOf, type StudyOptions } from '../../../streams/spec/options.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { type Box, box } from '../../support/engine.ts';

/** A decider of a log in memory. */
function deciding(strategy: Strategy, options: StudyOptions = {}) {
  const entries: Entry[] = [];
  const past = async function* () {
    yield entries;
  };
  let decider = new Decider<Box>({ space: box, strategy, parseStrategy, past });
  const say = (...facts: readonly Fact<unknown>[]) => {
    for (const fact of facts) {
      entries.push({ position: entries.length + 1, at: 0, fact: JSON.parse(JSON.stringify(fact)) });
      decider.fold(entries.at(-1)!);
    }
  };
  say(createdOf(box, strategy, options));
  return {
    say,
    decide: () => decider.decide(),
    /** Appends what is decided. */
    follow() {
      const next = decider.decide();
      if (next.type !== 'append') throw new Error(`expected a fact, got ${next.until}`);
      say(next.fact);
      return next.fact;
    },
    async again() {
      decider = await decider.again();
    },
    get decider() {
      return decider;
    },
  };
}

const completed = (trial: number, value: number): Fact[] => [
  { type: 'started', trial, attempt: 1, run: `r${trial}` },
  { type: 'completed', trial, run: `r${trial}`, values: { value } },
];

/** Counts the results that it knows, and suggests by their number. */
const counting = defineStrategy<number>({
  name: 'counting',
  init: () => 0,
  tell: (count, told) => (told.type === 'ended' && told.losses ? count + 1 : count),
  ask: (count, _, rng) => [0.01 * count, rng()],
});

describe('what a study does next', () => {
  it('is the same however often it is asked', () => {
    const { decide, follow } = deciding(random(), { parallel: 2 });
    const first = decide();
    expect(decide()).toEqual(first);
    expect(follow()).toEqual((first as { fact: unknown }).fact);
    expect(decide()).not.toEqual(first);
  });

  it('is nothing while all slots are taken, a suggestion as soon as one is free, and the end after the last trial', () => {
    const { say, decide, follow } = deciding(random(), { trials: 2 });
    expect(follow()).toMatchObject({ type: 'suggested', trial: 1 });
    expect(decide()).toEqual({ type: 'wait' });
    say(...completed(1, 1));
    expect(follow()).toMatchObject({ type: 'suggested', trial: 2 });
    say(...completed(2, 0.5));
    expect(follow()).toMatchObject({ type: 'closed', reason: 'trials', best: { trial: 2 } });
    expect(decide()).toEqual({ type: 'wait' });
  });

  it('is another attempt at a lost trial before any new one', () => {
    const { say, follow } = deciding(random(), { parallel: 2 });
    const first = follow();
    say({ type: 'started', trial: 1, attempt: 1, run: 'a' }, { type: 'failed', trial: 1, run: 'a', reason: 'lost', checkpoint: 'c' });
    expect(follow()).toMatchObject({ ...first, attempt: 2, checkpoint: 'c', after: 4 });
  });

  it('is an enqueued configuration before one of the strategy', () => {
    const { say, follow } = deciding(random());
    say({ type: 'enqueued', params: { x: 0.25, n: 2 } });
    expect(follow()).toMatchObject({ by: 'queue', params: { x: 0.25, n: 2 }, queue: 2 });
  });

  it('is a drawn point, tagged, if a strategy proposes none that is finite', () => {
    const overflowing = defineStrategy({ name: 'overflowing', init: () => 0, tell: () => 0, ask: () => [Number.NaN, 0.5] });
    expect(deciding(overflowing).follow()).toMatchObject({ by: 'overflowing', tags: { drawn: 'its strategy proposed no finite point' } });
  });

  it('cannot begin if no strategy proposes a first configuration, nor wait if no trial is open', () => {
    const handing = defineStrategy({ name: 'handing', init: () => 0, tell: () => 0 });
    expect(() => deciding(handing).decide()).toThrow(StrategyError);
    const waiting = defineStrategy({ name: 'waiting', init: () => 0, tell: () => 0, ask: () => 'wait' });
    expect(() => deciding(waiting).decide()).toThrow(StalledError);
  });

  it('is the end if later strategies have nothing left', () => {
    const once = defineStrategy<number>({
      name: 'once',
      init: () => 0,
      tell: (n, { type }) => (type === 'suggested' ? n + 1 : n),
      ask: (n) => (n === 0 ? [0.5, 0.5] : undefined),
    });
    const { say, follow } = deciding(once);
    follow();
    say(...completed(1, 1));
    expect(follow()).toMatchObject({ type: 'closed', reason: 'exhausted' });
  });
});

describe('an entry that amends the past', () => {
  it('outdates strategies, which take no more entries until they have read the log again', async () => {
    const of = deciding(counting);
    of.follow();
    of.say(...completed(1, 1));
    of.follow();
    expect(of.decider.outdated).toBe(false);
    of.say({ type: 'retracted', trial: 1 });
    expect(of.decider.outdated).toBe(true);
    of.say(...completed(2, 3));
    expect(of.decider.ledger.position).toBe(8);
    await of.again();
    expect([of.decider.outdated, of.decider.ledger.best?.trial]).toEqual([false, 2]);
    const first = deciding(counting);
    first.follow();
    first.say(...completed(1, 3)); // one result is known, as after the retraction
    const [after, expected] = [of.follow(), first.follow()].map((fact) => (fact as { params: Box }).params.x);
    expect(after).toBe(expected);
  });

  it('is a switch of the strategy, which learns from all earlier trials', async () => {
    const of = deciding(sobol(), { trials: 10 });
    of.follow();
    of.say(...completed(1, 1), { type: 'changed', strategy: 'random' });
    expect(of.decider.outdated).toBe(true);
    await of.again();
    expect(of.follow()).toMatchObject({ by: '#2/random', trial: 2 });
  });
});
