import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/facts/facts.ts';
import { runFleet } from '../../../src/testing/fleet.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { defineStrategy } from '../../../streams/core.ts';
import { asha, chain, type Ended, random, type Strategy, sobol } from '../../../streams/index.ts';
import { type Box, box, done, facts, last, suggestions } from '../../support/engine.ts';

/** Repeats the best point so far, and the middle before there is one: its answers show the facts that it got. */
const echo = (): Strategy =>
  defineStrategy<Ended | undefined>({
    name: 'echo',
    init: () => undefined,
    tell: (best, told) => (told.type === 'ended' && told.losses && !(best && best.losses![0]! <= told.losses[0]!) ? told : best),
    ask: (best) => best?.point ?? [0.5, 0.5],
  });

describe('commands of people', () => {
  it('suggests enqueued points first, with missing values drawn', () => {
    const world = createTestStudy(box, sobol(), { trials: 5 });
    world.say({ type: 'enqueued', params: { n: 7 } });
    world.say({ type: 'enqueued', params: { x: 0.25, n: 2 } });
    world.say(done(1));
    world.say(done(2));
    const [, second, third] = suggestions(world);
    expect(second).toMatchObject({ by: 'queue', params: { n: 7 }, queue: 3 });
    expect(third).toMatchObject({ by: 'queue', params: { x: 0.25, n: 2 }, queue: 4 });
    world.say(done(3));
    expect(last(suggestions(world)).by).toBe('sobol');
  });

  it('retracts a wrong result, as if the trial had failed', async () => {
    const world = createTestStudy(box, echo(), { trials: 5, duplicates: 'allow' });
    world.say({ type: 'enqueued', params: { x: 0.75, n: 9 } });
    world.say(done(1, 5));
    world.say(done(2, 1));
    expect(last(suggestions(world)).params).toEqual({ x: 0.75, n: 9 });
    world.say({ type: 'retracted', trial: 2 });
    await turn();
    world.say(done(3, 9));
    expect(last(suggestions(world)).params).toEqual({ x: 0.5, n: 5 });
  });

  it('resumes a log with retractions in the state of the engine that saw them', async () => {
    const world = createTestStudy(box, chain(asha({ min: 1, max: 9, pause: true }), random()), { trials: 12, parallel: 3 });
    runFleet(world, 1, { curve: (p: Box, step) => p.x + 1 / step, facts: 40 });
    const [ended] = facts(world).filter((f) => f.type === 'completed') as { trial: number }[];
    world.say({ type: 'retracted', trial: ended!.trial });
    await turn();
    const cut = world.entries.length;
    runFleet(world, 2, { curve: (p: Box, step) => p.x + 1 / step });
    const resumed = createTestStudy(
      box,
      chain(asha({ min: 1, max: 9, pause: true }), random()),
      { trials: 12, parallel: 3 },
      world.entries.slice(0, cut),
    );
    await turn();
    for (const { fact } of world.entries.slice(cut)) if (!['suggested', 'closed'].includes((fact as Fact).type)) resumed.say(fact as Fact);
    expect(facts(resumed)).toEqual(facts(world));
  });

  it('switches the strategy, which learns the past; open trials keep their origin', async () => {
    const world = createTestStudy(box, sobol(), { trials: 8, parallel: 2 });
    world.say(done(1));
    world.say({ type: 'changed', strategy: { chain: [{ dedupe: 'ga' }, 'random'] } });
    await turn();
    world.say(done(2));
    expect(suggestions(world).map(({ by }) => by)).toEqual(['sobol', 'sobol', 'sobol', '#2/dedupe/ga']);
    const resumed = createTestStudy(box, sobol(), { trials: 8, parallel: 2 }, world.entries);
    await turn();
    resumed.say(done(3));
    world.say(done(3));
    expect(facts(resumed)).toEqual(facts(world));
  });

  it('imports finished trials, which take no slot and count for no limit', () => {
    const world = createTestStudy(box, echo(), { trials: 1, duplicates: 'allow' });
    world.say({ type: 'suggested', trial: 2, attempt: 1, by: 'import', params: { x: 0.125, n: 3 } });
    world.say({ type: 'completed', trial: 2, run: 'import', values: { value: -1 } });
    world.say(done(1));
    expect(last(facts(world))).toMatchObject({ type: 'closed', reason: 'trials', best: { trial: 2 } });
  });
});
